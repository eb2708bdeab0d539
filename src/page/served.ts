/**
 * The source of a page that `serve` gives: blocks are fetched; filters, and to count what a session comes to, are left to the
 * server, which has the blocks at hand.
 */
import { compileFilter } from '../filter/index.js';
import type { BlockStore, TableName } from './block.js';
import { BlockSource } from './block-source.js';
import type { PageIndex } from './index-record.js';
import type { SessionStatistics } from './source.js';

export class ServedSource extends BlockSource {
  /** `base`: URL of the page, with the slash at its end. */
  constructor(
    index: PageIndex,
    private readonly base: string,
  ) {
    super(index, new FetchedBlocks(base));
  }

  override async *filter(expression: string, signal: AbortSignal): AsyncGenerator<readonly number[], void> {
    // What is wrong with it is told here, with the column.
    compileFilter(expression, 'frame');
    try {
      const response = await get(new URL(`filter?${new URLSearchParams({ expression })}`, this.base), signal);
      for await (const line of linesOf(response)) yield JSON.parse(line) as number[];
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  override async statistics(session: number, signal: AbortSignal): Promise<SessionStatistics | undefined> {
    if (session > this.sessions.count) return undefined;
    try {
      const response = await get(new URL(`statistics/${session}`, this.base), signal);
      return (await response.json()) as SessionStatistics;
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }
}

class FetchedBlocks implements BlockStore {
  constructor(private readonly base: string) {}

  async block(table: TableName, index: number): Promise<Uint8Array> {
    const response = await get(new URL(`block/${table}/${index}`, this.base));
    return new Uint8Array(await response.arrayBuffer());
  }
}

async function get(url: URL, signal?: AbortSignal): Promise<Response> {
  const response = await fetch(url, signal === undefined ? {} : { signal });
  if (!response.ok) throw new Error(`the server answers ${response.status}: is it still the same one?`);
  return response;
}

/** Whole lines, as they arrive. */
async function* linesOf({ body }: Response): AsyncGenerator<string, void> {
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const lines = (rest + next.value).split('\n');
      rest = lines.pop()!;
      yield* lines;
    }
  } finally {
    // Whoever leaves the loop wants no more.
    await reader.cancel();
  }
  if (rest !== '') throw new Error('the answer of the server is not whole');
}
