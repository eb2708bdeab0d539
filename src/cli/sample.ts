/**
 * `wsdissect sample`: lists the scenarios, or plays one, or a script, into a capture.
 */
import { writeFileSync } from 'node:fs';
import { didYouMean } from '../bytes/nearest.js';
import { visible } from '../bytes/visible.js';
import { attemptOutput, writeAll } from '../output/writer.js';
import { sampleCapture } from '../sample/play.js';
import { findSample, SAMPLES } from '../sample/samples.js';
import type { Scenario } from '../sample/scenarios.js';
import type { Script } from '../sample/script.js';
import type { SampleOptions } from './commands/sample.js';
import { UsageError } from './exit.js';
import { nameOf, readSmall, unusable } from './read-small.js';
import type { Terminal } from './terminal.js';

/** Of a script, in bytes: a conversation written by hand has far less. */
const MAX_SCRIPT = 4 << 20;

export async function makeSample(
  name: string | undefined,
  { output, script, seed }: SampleOptions,
  terminal: Terminal,
): Promise<void> {
  if (script !== undefined && name !== undefined)
    throw new UsageError('name a scenario or give a script, not both');
  if (script === undefined && (name === undefined || name === 'list')) {
    if (output !== undefined) throw new UsageError('-o takes a capture: name a scenario, or give a script');
    listScenarios(terminal);
    return;
  }
  if (output === undefined)
    throw new UsageError('say where to write the capture: -o FILE (-o - for standard output)');
  const played = script === undefined ? scenarioNamed(name!).script : await scriptOf(script, terminal);
  const capture = sampleCapture(seed === undefined ? played : { ...played, seed });
  if (output === '-') writeAll(1, capture);
  else attemptOutput(visible(output), () => writeFileSync(output, capture));
}

function listScenarios({ stdout, colors }: Terminal): void {
  const width = Math.max(...SAMPLES.map(({ name }) => name.length));
  for (const { name, summary } of SAMPLES) stdout.write(`${colors.label(name.padEnd(width))}  ${summary}\n`);
  stdout.flush();
}

function scenarioNamed(name: string): Scenario {
  const found = findSample(name);
  if (found !== undefined) return found;
  const hint = didYouMean(
    name,
    SAMPLES.map((sample) => sample.name),
  );
  throw new UsageError(`there is no scenario "${name}"${hint} (wsdissect sample list)`);
}

/** Throws UsageError for what is no script, with the line; warns of what breaks a rule. */
async function scriptOf(file: string, { stderr }: Terminal): Promise<Script> {
  const text = await readSmall(file, MAX_SCRIPT);
  const { parseScript } = await import('../sample/script-text.js');
  try {
    const { script, warnings } = parseScript(text);
    for (const warning of warnings)
      stderr.write(`wsdissect: ${visible(nameOf(file))}: warning: ${warning}\n`);
    stderr.flush();
    return script;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw unusable(file, error);
  }
}
