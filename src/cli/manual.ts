/**
 * The manual page as Markdown, for `npm run build`, which makes `man wsdissect` of it.
 *
 * Strategy: all that --help tells, from the option parser itself; what most commands share is told once.
 */
import { fileURLToPath } from 'node:url';
import type { Command, Option } from 'commander';
import { EXIT_HELP } from './exit.js';
import { makeProgram } from './program.js';
import { openTerminal } from './terminal.js';

/** Commands that an option must have in common to be told but once. */
const MIN_COMMON = 4;

const ENVIRONMENT = `\
* \`SSLKEYLOGFILE\`:
  The key log that \`--keylog env\` reads.
* \`NO_COLOR\`, \`FORCE_COLOR\`:
  No colours, or colours where output is no terminal, if they are set and not empty.
* \`COLUMNS\`:
  Width of what is printed where output is no terminal.`;

export function manualPage(program: Command): string {
  const { commands } = program;
  const common = commonOptions(commands);
  return `# wsdissect(1) -- ${summaryOf(program)}

## SYNOPSIS

\`wsdissect\` [*options*] *capture*...  
${commands.map((command) => `\`wsdissect ${command.name()}\` ${argumentsOf(command)}  `).join('\n')}

## DESCRIPTION

${escaped(program.description())}

Without a command, \`frames\` is meant. A *capture* of \`-\` is standard input.

## COMMANDS

${commands.map((command) => commandText(command, common)).join('\n\n')}

## COMMON OPTIONS

Of the commands that read captures:

${[...common.values()].map(optionText).join('\n')}

## EXIT STATUS

${exitCodes()}

## ENVIRONMENT

${ENVIRONMENT}

## SEE ALSO

tshark(1), tcpdump(1), mergecap(1), pcap-savefile(5), RFC 6455, RFC 7692, RFC 8441
`;
}

function summaryOf(program: Command): string {
  const [first] = program.description().split(':');
  return first!.replace(/\s+/g, ' ').replace(/^D/, 'd');
}

function commonOptions(commands: readonly Command[]): Map<string, Option> {
  const seen = new Map<string, { option: Option; times: number }>();
  for (const option of commands.flatMap(optionsOf)) {
    const key = keyOf(option);
    seen.set(key, { option, times: (seen.get(key)?.times ?? 0) + 1 });
  }
  const shared = [...seen].filter(([, { times }]) => times >= MIN_COMMON);
  return new Map(shared.map(([key, { option }]) => [key, option]));
}

function commandText(command: Command, common: ReadonlyMap<string, Option>): string {
  const own = optionsOf(command).filter((option) => !common.has(keyOf(option)));
  return [
    `### wsdissect ${command.name()} ${argumentsOf(command)}`,
    escaped(command.description()),
    ...(own.length === 0 ? [] : [own.map(optionText).join('\n')]),
    ...examplesOf(command),
  ].join('\n\n');
}

function examplesOf(command: Command): string[] {
  let help = '';
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  const examples = /\nExamples:\n([\s\S]*?)\n(?:\n|$)/.exec(help);
  return examples === null ? [] : [`\`\`\`\n${examples[1]!.replace(/^ {2}/gm, '')}\n\`\`\``];
}

function optionsOf(command: Command): readonly Option[] {
  return command.createHelp().visibleOptions(command);
}

const keyOf = ({ flags, description }: Option) => `${flags} ${description}`;

function argumentsOf(command: Command): string {
  const { registeredArguments } = command;
  const words = registeredArguments.map((argument) => {
    const word = `*${argument.name()}*${argument.variadic ? '...' : ''}`;
    return argument.required ? word : `[${word}]`;
  });
  return ['[*options*]', ...words].join(' ');
}

function optionText({ short, long, flags, description }: Option): string {
  const value = /<([^>]+)>/.exec(flags)?.[1];
  const names = [short, long].filter((name) => name !== undefined).map((name) => `\`${name}\``);
  return `* ${names.join(', ')}${value === undefined ? '' : ` *${value}*`}:\n  ${escaped(description)}`;
}

function exitCodes(): string {
  const codes = EXIT_HELP.matchAll(/^ {2}(\d) {2}([\s\S]*?)(?=\n {2}\d|$(?![\s\S]))/gm);
  return [...codes].map(([, code, text]) => `* \`${code}\`:\n  ${escaped(text!)}`).join('\n');
}

/** As one line of Markdown that means just that. */
function escaped(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\*_`<>#[\]]/g, '\\$&');
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.stdout.write(manualPage(makeProgram('', openTerminal())));
