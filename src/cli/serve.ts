/**
 * `wsdissect serve`: the page from a server on this machine, until a signal ends it.
 */
import { BlockSource } from '../page/block-source.js';
import { PageDocument } from '../page/html.js';
import { SpooledBlocks } from '../page/spooled-blocks.js';
import type { ServeOptions } from './commands/serve.js';
import { UsageError } from './exit.js';
import { collectPage, namesOf, pageAssets } from './page.js';
import { PageServer } from './page-server.js';
import { inputsOf } from './run.js';
import type { Terminal } from './terminal.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export async function servePage(
  captures: readonly string[],
  options: ServeOptions,
  terminal: Terminal,
): Promise<void> {
  inputsOf(captures, options);
  const document = new PageDocument(pageAssets(), true);
  const blocks = new SpooledBlocks();
  const end = new AbortController();
  const onSignal = () => end.abort();
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    const index = await collectPage(captures, options, terminal, Number.POSITIVE_INFINITY, (table, packed) =>
      blocks.add(table, packed),
    );
    if (end.signal.aborted) return;
    const html = document.begin(namesOf(captures, options)) + document.end(index);
    const source = new BlockSource(index, blocks);
    const server = new PageServer({ html, policy: document.policy, source, blocks });
    const url = await listen(server, options.port);
    if (options.quiet !== true) terminal.stderr.write('wsdissect: the page is at this URL until Ctrl-C\n');
    terminal.stdout.write(`${url}\n`);
    terminal.stderr.flush();
    terminal.stdout.flush();
    await over(end.signal);
    await server.close();
  } finally {
    blocks.close();
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}

async function listen(server: PageServer, port: number): Promise<string> {
  try {
    return await server.listen(port);
  } catch (error) {
    throw new UsageError(`port ${port} cannot be listened on (${(error as NodeJS.ErrnoException).code})`);
  }
}

function over(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
