/**
 * A session as programs that speak both of its sides again, and what they say as data.
 *
 * Strategy: messages go into a file as they come, and the programs read it line by line, so a session may be of any length.
 */
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { visible } from '../bytes/visible.js';
import type { HeaderField } from '../http/head.js';
import { TOKEN } from '../http/text.js';
import { jsonString } from '../output/json.js';
import { attemptOutput, FileWriter } from '../output/writer.js';
import { secondsBetween } from '../stream/place.js';
import type { Message } from '../websocket/message-record.js';
import { BINARY, CLOSE, CONTINUATION, isControl, opcodeName, TEXT } from '../websocket/opcode.js';
import type { Session, SessionSummary } from '../websocket/session-record.js';
import type { Exporter } from './exporter.js';
import { makeFolder } from './new-folder.js';
import { REPLAY_SCRIPTS } from './replay-scripts.js';

const MESSAGES = 'messages.ndjson';
const SESSION = 'session.json';

/** What `ws` and Node write themselves, in lower case. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'upgrade',
  'content-length',
  'transfer-encoding',
]);

export class ReplayFiles implements Exporter {
  private readonly fd: number;
  private readonly messages: FileWriter;
  /** Messages that cannot be said again as they were, by why that is. */
  private readonly inexact = new Map<string, number>();
  private session: Session | undefined = undefined;
  private isRefused = false;
  private readonly written = [MESSAGES];

  /** It is to be told of one session only. Throws OutputError as makeFolder() does. */
  constructor(private readonly folder: string) {
    makeFolder(folder);
    const name = visible(folder);
    this.fd = attemptOutput(name, () => openSync(join(folder, MESSAGES), 'wx'));
    this.messages = new FileWriter(this.fd, name);
    for (const [file, text] of Object.entries(REPLAY_SCRIPTS)) this.file(file, text);
  }

  begin(): void {}

  message(message: Message): void {
    const { session, sender, opcode, timestamp, content, validText, close } = message;
    const why = inexactness(message);
    if (why !== undefined) this.inexact.set(why, (this.inexact.get(why) ?? 0) + 1);
    // The end of a message whose beginning was not captured is of no use.
    if (opcode === CONTINUATION) return;
    const at = Math.max(0, secondsBetween(session.answered, timestamp)).toFixed(6);
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    const said =
      opcode === CLOSE
        ? close === undefined
          ? ''
          : `,"code":${close.code},"reason":${jsonString(close.reason)}`
        : validText
          ? `,"text":${jsonString(bytes.toString('utf8'))}`
          : `,"base64":"${bytes.toString('base64')}"`;
    this.messages.write(`{"sender":"${sender}","opcode":"${opcodeName(opcode)}","at":${at}${said}}\n`);
  }

  closed({ session, closedBy, end }: SessionSummary): void {
    this.session = session;
    this.isRefused = end === undefined;
    const { handshake, path = '/' } = session;
    const [subprotocol = null] = tokensOf([handshake?.subprotocol ?? '']);
    const told = {
      path: path.startsWith('/') ? path : '/',
      subprotocols: tokensOf(handshake?.offeredSubprotocols ?? []),
      subprotocol,
      compression:
        handshake?.extensions.extensions.some(({ name }) => name === 'permessage-deflate') ?? false,
      headers: headersOf(handshake?.request?.headers),
      closedBy: closedBy ?? null,
    };
    this.file(SESSION, `${JSON.stringify(told, undefined, 2)}\n`);
  }

  end(): void {
    this.messages.flush();
  }

  /** There is no such session, or it was refused: what would be replayed is not left there. */
  get isEmpty(): boolean {
    return this.session === undefined || this.isRefused;
  }

  remarks(): readonly string[] {
    const whose = `session ${this.session?.number}`;
    if (this.isRefused) return [`${whose} was refused: there is nothing to replay`];
    if (this.isEmpty) return [`${visible(this.folder)}: there is nothing to replay`];
    return [...this.inexact].map(
      ([why, count]) =>
        `${whose} cannot be replayed as it was: ${count === 1 ? 'a message' : `${count} messages`} ${why}`,
    );
  }

  close(): void {
    closeSync(this.fd);
    if (this.isEmpty) for (const name of this.written) rmSync(join(this.folder, name), { force: true });
  }

  private file(name: string, text: string): void {
    this.written.push(name);
    attemptOutput(visible(this.folder), () => writeFileSync(join(this.folder, name), text, { flag: 'wx' }));
  }
}

/** Why `ws` cannot say it, or the capture does not tell what was said; undefined: it can. */
function inexactness({ opcode, validText, complete }: Message): string | undefined {
  if (opcode === CONTINUATION) return 'without a beginning, left out';
  if (!isControl(opcode) && opcode !== TEXT && opcode !== BINARY) return 'of a reserved opcode, left out';
  if (!complete) return 'not captured in whole';
  if (opcode === TEXT && !validText) return 'of text that is not UTF-8, which ws refuses with 1007';
  return undefined;
}

/** RFC 6455 §4.1: subprotocols are tokens, each offered once; `ws` offers and takes no others. */
function tokensOf(names: readonly string[]): string[] {
  return [...new Set(names)].filter((name) => TOKEN.test(name));
}

/** What the client sent beside the handshake, such as cookies. */
function headersOf(headers: readonly HeaderField[] = []): Record<string, string> {
  const kept = headers.filter(({ name }) => {
    const lower = name.toLowerCase();
    return !OWN_HEADERS.has(lower) && !lower.startsWith('sec-websocket-') && !lower.startsWith(':');
  });
  return Object.fromEntries(kept.map(({ name, value }) => [name, value]));
}
