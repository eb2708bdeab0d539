/**
 * JSON laid out over lines, as it was written: numbers keep their digits, members their order, doubled ones stay.
 *
 * Strategy: whether it is JSON is JSON.parse()'s to say; then the blanks between tokens are replaced, and what is short
 * enough stays on one line.
 */

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/gs;
const INDENT = '  ';
/** A few characters, as Socket.IO (`42["a"]`) and SockJS have them, and JSON; SignalR ends records with a separator. */
const HEADED = /^([^[{\n\x1e]{0,96})([[{][^\x1e]*)(\x1e?)$/;
const AFTER_SEPARATOR = /(?<=\x1e)/;
/** Deeper brackets stand where these do: else lines of a message of brackets came to the square of its length. */
const MAX_DEPTH = 32;

/** Lines; undefined for what is no JSON object or array. `columns`: what fits in is one line. */
export function prettyJson(text: string, columns = 80): string[] | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return new Layout(text.match(TOKEN) ?? [], columns).lines();
}

/** As {@link prettyJson}, also of JSON that is headed by a few characters, and of records that SignalR separates. */
export function prettyText(text: string, columns = 80): string[] | undefined {
  const all: string[] = [];
  for (const record of text.split(AFTER_SEPARATOR)) {
    const [, head = '', json = '', tail = ''] = HEADED.exec(record) ?? [];
    const lines = prettyJson(json, columns - head.length);
    if (lines === undefined) return undefined;
    lines[0] = head + lines[0];
    lines[lines.length - 1] += tail;
    all.push(...lines);
  }
  return all;
}

class Layout {
  private readonly done: string[] = [];
  private line = '';
  private depth = 0;
  /** Index of the bracket that closes each one that opens. */
  private readonly closing = new Map<number, number>();

  constructor(
    private readonly tokens: readonly string[],
    private readonly columns: number,
  ) {
    const open: number[] = [];
    for (const [index, token] of tokens.entries())
      if (isOpening(token)) open.push(index);
      else if (isClosing(token)) this.closing.set(open.pop()!, index);
  }

  lines(): string[] {
    for (let at = 0; at < this.tokens.length; at++) {
      const token = this.tokens[at];
      const short = isOpening(token) ? this.short(at) : undefined;
      if (short === undefined) this.take(token);
      else {
        this.line += short;
        at = this.closing.get(at)!;
      }
    }
    this.endLine();
    return this.done;
  }

  private take(token: string): void {
    if (isClosing(token)) {
      this.endLine();
      this.depth--;
    }
    if (this.line === '') this.line = indent(this.depth);
    this.line += token === ':' ? ': ' : token;
    if (isOpening(token)) this.depth++;
    if (isOpening(token) || token === ',') this.endLine();
  }

  /** All up to the closing bracket, if it fits into the line. */
  private short(at: number): string | undefined {
    if (this.line === '') this.line = indent(this.depth);
    const end = this.closing.get(at)!;
    const room = this.columns - this.line.length;
    let text = '';
    for (let i = at; i <= end && text.length <= room; i++) {
      const token = this.tokens[i];
      text += token === ':' || token === ',' ? `${token} ` : token;
    }
    return text.length <= room ? text : undefined;
  }

  private endLine(): void {
    if (this.line !== '') this.done.push(this.line);
    this.line = '';
  }
}

function indent(depth: number): string {
  return INDENT.repeat(Math.min(depth, MAX_DEPTH));
}

function isOpening(token: string): boolean {
  return token === '{' || token === '[';
}

function isClosing(token: string): boolean {
  return token === '}' || token === ']';
}
