/**
 * A script as it is written, in YAML (or JSON, which is YAML): what is wrong with it is told with its line.
 */
import { type ErrorCode, isMap, isPair, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { readScript, type Script, ScriptError, type ScriptPath } from './script.js';
import { warningsOf } from './script-order.js';

/** Aliases may not make more of a script than is written there. */
const MAX_ALIASES = 100;

const INDENTED =
  'this line, or the next, is not indented as those that it belongs with; a text with ": " in it stands in quotes';
/** What the parser says in its own terms, by its code. */
const PLAINER: Readonly<Partial<Record<ErrorCode, string>>> = {
  MULTIPLE_DOCS: 'a script is one document',
  BLOCK_AS_IMPLICIT_KEY: INDENTED,
  UNEXPECTED_TOKEN: INDENTED,
};

export interface WrittenScript {
  readonly script: Script;
  /** `line 4: step 2: …` */
  readonly warnings: readonly string[];
}

/** Throws Error with a message such as `line 4: step 2: binary takes octets in hexadecimal`. */
export function parseScript(text: string): WrittenScript {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const lineAt = (offset: number) => `line ${lineCounter.linePos(offset).line}`;
  const [error] = document.errors;
  if (error !== undefined) {
    throw new Error(`${lineAt(error.pos[0])}: ${PLAINER[error.code] ?? error.message}`);
  }
  const told = (path: ScriptPath, message: string) =>
    `${lineAt(offsetOf(document.contents, path))}: ${message}`;
  try {
    const script = readScript(document.toJS({ maxAliasCount: MAX_ALIASES }));
    return { script, warnings: warningsOf(script).map(({ path, message }) => told(path, message)) };
  } catch (error) {
    throw error instanceof ScriptError ? new Error(told(error.path, error.message)) : error;
  }
}

/** Where the name or the item begins that `path` ends with, or the last one on its way that is written there. */
function offsetOf(contents: Node | null, path: ScriptPath): number {
  let node: unknown = contents;
  let offset = contents?.range?.[0] ?? 0;
  for (const name of path) {
    const next: unknown = isMap(node)
      ? node.items.find(({ key }) => String(key) === name)
      : isSeq(node)
        ? node.items[Number(name)]
        : undefined;
    const begin = (isPair(next) ? next.key : next) as Node | undefined;
    if (begin === undefined) break;
    offset = begin.range?.[0] ?? offset;
    node = isPair(next) ? next.value : next;
  }
  return offset;
}
