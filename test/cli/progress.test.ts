/**
 * The progress bar: on standard error, where that is a terminal, for reads that take long.
 *
 * A read is made long without a fast machine spoiling it: what it prints goes into a pipe that is not read
 * for a while, or one capture is given many times.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shell } from '../support/cli.js';
import { hasProgram } from '../support/tshark.js';
import { generate, onTerminal } from './helpers.js';

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
const long = join(folder, 'long.pcap');
const out = join(folder, 'out');
/** Long on a fast machine too: half a gigabyte. */
const veryLong = Array<string>(40).fill(long).join(' ');
beforeAll(() => generate(long, 12));
afterAll(() => rmSync(folder, { recursive: true }));

/** The bar as it is drawn, e.g. `■■■ 25 % of 12 MB, 3s left`. */
const BAR = /■* *(\d+) % of (\d+) MB, \S+ left/g;
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';

/** Reads nothing for two seconds. */
const patient = (rest: string) => `| { sleep 2; ${rest}; }`;

describe.skipIf(!hasProgram('script'))('on a terminal', () => {
  it('shows how far a long read is, and goes away', () => {
    const { status, stdout } = onTerminal(`wsdissect -T ndjson ${long} ${patient(`cat > ${out}`)}`);
    expect(status).toBe(0);
    const bars = [...stdout.matchAll(BAR)];
    const percentages = bars.map(([, percentage]) => Number(percentage));
    expect(bars.length).toBeGreaterThan(1);
    expect(new Set(bars.map(([, , size]) => size))).toEqual(new Set(['12']));
    expect(percentages).toEqual([...percentages].sort((a, b) => a - b));
    expect(percentages[0]).toBeLessThan(100);
    expect(percentages.at(-1)).toBeGreaterThan(percentages[0]);
    expectCursor(stdout);
    expect(screen(stdout)).toEqual(['']);
    // None of it gets into what is printed.
    const printed = readFileSync(out, 'utf8');
    expect(printed.includes('%')).toBe(false);
    expect(JSON.parse(printed.slice(0, printed.indexOf('\n')))).toMatchObject({ frame: 1 });
  });

  it('makes way for a warning', () => {
    const cut = join(folder, 'cut.pcap');
    writeFileSync(cut, readFileSync(long).subarray(0, -10));
    const { status, stdout } = onTerminal(`wsdissect -T ndjson ${cut} ${patient('cat > /dev/null')}`, 200);
    expect(status).toBe(2);
    expect(stdout).toMatch(BAR);
    const lines = screen(stdout);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      /^wsdissect: .*warning.*: packet \d+: the capture ends in .*\[truncated-capture\]$/,
    );
    expect(lines[1]).toBe('');
  });

  // A table of sessions is printed at the end only, so the bar may share the terminal with it.
  it('comes before a list that is printed at the end', () => {
    const { status, stdout } = onTerminal(`wsdissect sessions -q -T table ${veryLong}`, 200, {
      NO_COLOR: '1',
    });
    expect(status).toBe(0);
    expect([...stdout.matchAll(BAR)].length).toBeGreaterThan(1);
    const lines = screen(stdout);
    expect(lines[0]).toMatch(/^┌─/);
    expect(lines.filter((line) => /^│ +\d+ │.* \/feed .* 101 /.test(line))).toHaveLength(50);
  });

  it('Ctrl-C takes it away', () => {
    const command = `{ echo "$BASHPID" > ${out}; exec '${process.execPath}' bin/wsdissect.js -T ndjson ${long}; }`;
    const reader = `{ sleep 1.5; head -c 4000000 | tail -c 1; kill -INT "$(cat ${out})"; cat > /dev/null; }`;
    const { status, stdout } = onTerminal(`${command} | ${reader}`);
    expect(status).toBe(0);
    expect(stdout).toMatch(BAR);
    expectCursor(stdout);
    expect(screen(stdout)).toEqual(['']);
  });

  it.each([
    ['a short read', () => 'wsdissect fixtures/ws-echo/capture.pcap > /dev/null'],
    ['rows that are printed to the same terminal', () => `wsdissect -T text --session 1 ${veryLong}`],
    [
      'a pipe, whose length nobody knows',
      () => `cat ${long} | wsdissect -T ndjson - ${patient('cat > /dev/null')}`,
    ],
    [
      'standard error that is no terminal',
      () => `wsdissect -T ndjson ${long} 2> ${out} ${patient('cat > /dev/null')}`,
    ],
  ])('is not shown for %s', (_name, command) => {
    const { status, stdout } = onTerminal(command());
    expect(status).toBe(0);
    expect(stdout).not.toMatch(BAR);
    expect(stdout).not.toContain(HIDE_CURSOR);
  });
});

describe('off a terminal', () => {
  it('nothing is shown', () => {
    const ran = shell(`wsdissect -T ndjson ${long} ${patient('wc -l')}`);
    expect(ran.stderr).toBe('');
    expect(Number(ran.stdout)).toBeGreaterThan(10_000);
    expect(ran.status).toBe(0);
  });
});

/** It was hidden under the bar, and is to be seen again. */
function expectCursor(output: string): void {
  expect(output).toContain(HIDE_CURSOR);
  expect(output.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(output.lastIndexOf(HIDE_CURSOR));
}

/** The lines that are left on the screen: understands what the bar uses, no more. */
function screen(output: string): string[] {
  const lines = [''];
  let [row, column] = [0, 0];
  let saved = [0, 0];
  for (const [token] of output.matchAll(/\x1b\[\??\d*[a-zA-Z]|\x1b[78]|\r|\n|[^\x1b\r\n]+/g)) {
    if (token === '\n') {
      row++;
      if (row === lines.length) lines.push('');
    } else if (token === '\r' || token === '\x1b[1G') column = 0;
    else if (token === '\x1b7') saved = [row, column];
    else if (token === '\x1b8') [row, column] = saved;
    else if (token === '\x1b[0K' || token === '\x1b[K') lines[row] = lines[row].slice(0, column);
    else if (token === '\x1b[2K') lines[row] = '';
    else if (!token.startsWith('\x1b')) {
      lines[row] = lines[row].slice(0, column) + token + lines[row].slice(column + token.length);
      column += token.length;
    }
  }
  return lines;
}
