/**
 * The command line: the commands, the options that are not of one command, and what becomes of an error.
 */
import { Command, CommanderError } from 'commander';
import { visible } from '../bytes/visible.js';
import { ClosedPipe } from '../output/writer.js';
import { CaptureError } from '../stream/defect.js';
import { EXIT, EXIT_HELP, UsageError } from './exit.js';
import { addFramesCommand } from './frames.js';
import { addSessionsCommand } from './sessions.js';
import { openTerminal, type Terminal } from './terminal.js';

export function makeProgram(version: string, terminal: Terminal): Command {
  const program = new Command('wsdissect')
    .description('Dissects WebSocket traffic from packet captures, offline.')
    .version(version, '--version')
    .usage('[command] [options] <capture...>')
    .configureHelp({ showGlobalOptions: true, helpWidth: terminal.width })
    .showHelpAfterError('(wsdissect --help tells more)')
    .exitOverride()
    .addHelpText('afterAll', EXIT_HELP);
  addFramesCommand(program, terminal);
  addSessionsCommand(program, terminal);
  return program;
}

/** Runs the program; sets process.exitCode. */
export async function main(argv: readonly string[], version: string): Promise<void> {
  const terminal = openTerminal();
  try {
    await makeProgram(version, terminal).parseAsync(argv as string[]);
  } catch (error) {
    process.exitCode = exitCodeOf(error, terminal);
  }
}

function exitCodeOf(error: unknown, terminal: Terminal): number {
  if (error instanceof ClosedPipe) return EXIT.fine;
  // Commander has printed its message by now.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
  try {
    terminal.stdout.flush();
    if (error instanceof CaptureError || error instanceof UsageError) {
      terminal.stderr.write(`wsdissect: ${visible(error.message)}\n`);
      terminal.stderr.flush();
      return error instanceof UsageError ? EXIT.usage : EXIT.input;
    }
  } catch (closed) {
    if (closed instanceof ClosedPipe) return EXIT.fine;
    throw closed;
  }
  throw error;
}
