/**
 * The command line: the commands, the options that are not of one command, and what becomes of an error.
 */
import { Command, CommanderError, type OutputConfiguration } from 'commander';
import { didYouMean } from '../bytes/nearest.js';
import { visible } from '../bytes/visible.js';
import { ClosedPipe, OutputError, type TextWriter } from '../output/writer.js';
import { CaptureError } from '../stream/defect.js';
import { addCheckCommand } from './commands/check.js';
import { addCompletionCommand } from './commands/completion.js';
import { addDecryptCommand } from './commands/decrypt.js';
import { addDiffCommand } from './commands/diff.js';
import { addExplainCommand } from './commands/explain.js';
import { addExportCommand } from './commands/export.js';
import { addFieldsCommand } from './commands/fields.js';
import { addFollowCommand } from './commands/follow.js';
import { addFramesCommand } from './commands/frames.js';
import { addLessonCommand } from './commands/lesson.js';
import { addLimitsCommand } from './commands/limits.js';
import { addMessagesCommand } from './commands/messages.js';
import { addQueryCommand } from './commands/query.js';
import { addQuizCommand } from './commands/quiz.js';
import { addReportCommand } from './commands/report.js';
import { addRulesCommand } from './commands/rules.js';
import { addSampleCommand } from './commands/sample.js';
import { addServeCommand } from './commands/serve.js';
import { addSessionsCommand } from './commands/sessions.js';
import { addStatsCommand } from './commands/stats.js';
import { EXIT, EXIT_HELP, UsageError } from './exit.js';
import { orderHint, refuseMistypedCommand } from './mistyped.js';
import { openTerminal, type Terminal } from './terminal.js';

/** Help is prose: wider lines would be harder to read. */
const HELP_WIDTH = 80;
/** Narrowest column of descriptions: what is left of the narrowest terminal. */
const MIN_DESCRIPTION = 30;

const ABOUT = `\
Dissects WebSocket traffic out of packet captures, offline: reads what tcpdump
or Wireshark recorded (pcap, pcapng; plain or packed with gzip, zstd or lz4),
puts the TCP streams together, finds each upgrade to WebSocket, and lists every
frame of both sides with its bits, masking key, length and unmasked payload.
Other commands list messages and sessions, count and measure them, or tell who
broke the protocol.`;

const GUIDE = `
The options most used with frames (wsdissect frames --help tells all):
  -T <format>    table, text, json or ndjson
  -V             each frame as a tree of its fields, with their meaning
  -x             the bytes of each frame
  -c <n>         stop after n frames
  --session <n>  only the frames of session n
  -Y <filter>    only frames for which a filter holds, as in Wireshark

Examples:
  wsdissect capture.pcapng                 every frame, a table on a terminal
  wsdissect -V -x -c 1 capture.pcapng      the first one in full detail
  wsdissect sessions capture.pcapng        who spoke with whom, how it ended
  wsdissect messages capture.pcapng        what was said: joined, inflated
  wsdissect follow 1 capture.pcapng        the first session as a conversation
  wsdissect stats capture.pcapng           how much, how often, how quickly
  wsdissect check capture.pcapng           who broke the protocol, and where
  wsdissect query 'FROM sessions' capture.pcapng  what SQL can ask
  wsdissect rules unmasked-client-frame    what a rule asks, and why
  wsdissect --session 2 capture.pcapng     the frames of the second session
  wsdissect -Y 'websocket.opcode == close' capture.pcapng  only Close frames
  wsdissect -T ndjson cap_* | jq .payload  for other programs, of many files
  tcpdump -i lo -U --immediate-mode -w - | wsdissect -  live`;

export function makeProgram(version: string, terminal: Terminal): Command {
  const program = new Command('wsdissect')
    .description(ABOUT)
    .usage('[options] <capture...>\n       wsdissect <command> [options] <capture...>')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help, or that of a command')
    .helpCommand(false)
    .configureHelp({
      helpWidth: Math.min(HELP_WIDTH, terminal.width),
      minWidthToWrap: MIN_DESCRIPTION,
      subcommandTerm: (command) => command.name(),
      // The descriptions say themselves what the choices and defaults are.
      optionDescription: (option) => option.description,
    })
    .configureOutput(outputOf(terminal))
    .showHelpAfterError('(wsdissect --help tells more)')
    .exitOverride()
    .addHelpText('after', GUIDE)
    .addHelpText('afterAll', EXIT_HELP)
    .hook('preAction', refuseMistypedCommand);
  addFramesCommand(program, terminal);
  addMessagesCommand(program, terminal);
  addSessionsCommand(program, terminal);
  addFollowCommand(program, terminal);
  addExplainCommand(program, terminal);
  addStatsCommand(program, terminal);
  addCheckCommand(program, terminal, version);
  addExportCommand(program, terminal, version);
  addReportCommand(program, terminal);
  addServeCommand(program, terminal);
  addQueryCommand(program, terminal);
  addDiffCommand(program, terminal);
  addDecryptCommand(program, terminal);
  addSampleCommand(program, terminal);
  addLessonCommand(program, terminal);
  addQuizCommand(program, terminal);
  addRulesCommand(program, terminal);
  addFieldsCommand(program, terminal);
  addLimitsCommand(program, terminal);
  addCompletionCommand(program, terminal);
  addHelpCommand(program);
  return program;
}

/** Like commander's own, which says nothing about a command that there is not. */
function addHelpCommand(program: Command): void {
  program
    .command('help')
    .argument('[command]', 'the command')
    .summary('print the help of a command')
    .description('Prints the help of a command; without one, that of wsdissect.')
    .helpOption('-h, --help', 'print this help')
    .action((name: string | undefined) => {
      const names = program.commands.map((command) => command.name());
      const asked = name === undefined ? program : program.commands.find((one) => one.name() === name);
      if (asked !== undefined) asked.help();
      const hint = didYouMean(name ?? '', names);
      throw new UsageError(`there is no command "${name}"${hint} (wsdissect --help lists them)`);
    });
}

/** What the option parser prints goes where all else goes, so that a closed pipe is met in one place. */
function outputOf({ stdout, stderr }: Terminal): OutputConfiguration {
  const into = (writer: TextWriter) => (text: string) => {
    writer.write(text);
    writer.flush();
  };
  return {
    writeOut: into(stdout),
    writeErr: into(stderr),
    outputError: (text, write) => write(errorLines(text)),
  };
}

/**
 * The option parser's message in one line, whatever the arguments hold that it quotes, and its proposal of an option
 * in another.
 */
function errorLines(text: string): string {
  const parts = /^(?:error: )?(.*?)(\n\(Did you mean [\w\s,-]*\?\))?\n$/s.exec(text);
  const [, message = text, proposal = ''] = parts ?? [];
  return `wsdissect: ${visible(message)}${proposal}\n`;
}

/** Runs the program; sets process.exitCode. */
export async function main(argv: readonly string[], version: string): Promise<void> {
  const terminal = openTerminal();
  const program = makeProgram(version, terminal);
  try {
    await program.parseAsync(argv as string[]);
  } catch (error) {
    process.exitCode = exitCodeOf(error, terminal);
    if (error instanceof CommanderError && error.code === 'commander.unknownOption')
      tell(orderHint(program), terminal);
  }
}

function tell(hint: string | undefined, { stderr }: Terminal): void {
  if (hint === undefined) return;
  stderr.write(`wsdissect: ${hint}\n`);
  stderr.flush();
}

function exitCodeOf(error: unknown, terminal: Terminal): number {
  if (error instanceof ClosedPipe) return EXIT.fine;
  if (error instanceof OutputError) return exitCodeOfLostOutput(error, terminal);
  // Commander has printed its message by now.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
  try {
    terminal.stdout.flush();
    if (error instanceof CaptureError || error instanceof UsageError) {
      terminal.stderr.write(`wsdissect: ${visible(error.message)}\n`);
      if (error instanceof UsageError) for (const line of error.lines) terminal.stderr.write(`${line}\n`);
      terminal.stderr.flush();
      return error instanceof UsageError ? EXIT.usage : EXIT.input;
    }
  } catch (closed) {
    if (closed instanceof ClosedPipe) return EXIT.fine;
    if (closed instanceof OutputError) return exitCodeOfLostOutput(closed, terminal);
    throw closed;
  }
  throw error;
}

/** Says so, if standard error can still be written. */
function exitCodeOfLostOutput({ message }: OutputError, { stderr }: Terminal): number {
  try {
    stderr.write(`wsdissect: ${message}\n`);
    stderr.flush();
  } catch {
    // Nobody is left to be told but by the exit code.
  }
  return EXIT.input;
}
