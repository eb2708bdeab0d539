/**
 * Frames of STOMP 1.0 to 1.2 (https://stomp.github.io/stomp-specification-1.2.html): command, headers, body, NUL.
 *
 * Strategy: one scan over the octets of a sender. A frame may go on in later messages; then where the scan stood is
 * remembered, so that a frame that comes octet by octet is not scanned anew for each.
 */
import { bufferOf } from './content.js';

const [NUL, LF, CR] = [0x00, 0x0a, 0x0d];
/** Octets of command and headers, and of a whole frame. */
const MAX_HEAD = 64 * 1024;
const MAX_FRAME = 1024 * 1024;

const COMMANDS = [
  ...['CONNECT', 'STOMP', 'CONNECTED', 'SEND', 'SUBSCRIBE', 'UNSUBSCRIBE', 'ACK', 'NACK', 'BEGIN', 'COMMIT'],
  ...['ABORT', 'DISCONNECT', 'MESSAGE', 'RECEIPT', 'ERROR'],
];
const KNOWN = new Set(COMMANDS);
const LONGEST = Math.max(...COMMANDS.map(({ length }) => length));

export interface StompFrame {
  readonly command: string;
  /** As written, but the first one where a header is repeated (§"Repeated Header Entries"). */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

/** What stands at the start of the octets. */
export type Scanned =
  | { readonly kind: 'frame'; readonly frame: StompFrame; readonly end: number }
  | { readonly kind: 'part'; readonly command: string | undefined }
  | { readonly kind: 'malformed'; readonly reason: string };

/** Looks for frames in what a sender says, which goes on from call to call. */
export class FrameScan {
  /** Behind the blank line; 0 while it was not found. */
  private headEnd = 0;
  private lineStart = 0;
  private bodySearched = 0;
  private command: string | undefined = undefined;
  private readonly headers = new Map<string, string>();

  /** `at`: where the frame begins; the same frame's octets when it goes on, with more of them. */
  scan(bytes: Uint8Array, at: number): Scanned {
    const octets = bufferOf(bytes).subarray(at);
    const found = this.headEnd === 0 ? this.scanHead(octets) : undefined;
    if (found !== undefined) return found;
    return this.scanBody(octets, at);
  }

  reset(): void {
    this.headEnd = 0;
    this.lineStart = 0;
    this.bodySearched = 0;
    this.command = undefined;
    this.headers.clear();
  }

  /** Undefined where the head is whole. */
  private scanHead(octets: Buffer): Scanned | undefined {
    for (;;) {
      const lineEnd = octets.indexOf(LF, this.lineStart);
      if (lineEnd < 0) return this.unfinished(octets);
      if (lineEnd > MAX_HEAD) return malformed('its headers are too long');
      const end = lineEnd > this.lineStart && octets[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
      const line = octets.toString('utf8', this.lineStart, end);
      this.lineStart = lineEnd + 1;
      if (this.command === undefined) {
        if (!KNOWN.has(line)) return malformed('its first line is no command');
        this.command = line;
      } else if (line === '') {
        this.headEnd = this.lineStart;
        this.bodySearched = this.headEnd;
        return undefined;
      } else {
        const colon = line.indexOf(':');
        if (colon < 0) return malformed('a header has no colon');
        const name = line.slice(0, colon);
        if (!this.headers.has(name)) this.headers.set(name, line.slice(colon + 1));
      }
    }
  }

  private unfinished(octets: Buffer): Scanned {
    if (octets.length > MAX_HEAD) return malformed('its headers are too long');
    if (this.command === undefined && !mayBecomeCommand(octets))
      return malformed('its first line is no command');
    return { kind: 'part', command: this.command };
  }

  private scanBody(octets: Buffer, at: number): Scanned {
    const { headEnd, command = '' } = this;
    const declared = this.headers.get('content-length');
    const length = declared === undefined ? undefined : Number(declared);
    if (length !== undefined && !(Number.isSafeInteger(length) && length >= 0))
      return malformed('its content-length is no number');
    if (length !== undefined && length > MAX_FRAME) return malformed('it is too long');
    const end = length === undefined ? octets.indexOf(NUL, this.bodySearched) : headEnd + length;
    if (end < 0 || end >= octets.length) {
      this.bodySearched = Math.max(headEnd, octets.length);
      if (octets.length > MAX_FRAME + MAX_HEAD) return malformed('it is too long');
      return { kind: 'part', command };
    }
    if (octets[end] !== NUL) return malformed('no NUL is behind its body');
    const headers = new Map(this.headers);
    return {
      kind: 'frame',
      frame: { command, headers, body: octets.subarray(headEnd, end) },
      end: at + end + 1,
    };
  }
}

const malformed = (reason: string): Scanned => ({ kind: 'malformed', reason });

function mayBecomeCommand(octets: Buffer): boolean {
  const text = octets.toString('latin1', 0, LONGEST + 2).replace(/\r$/, '');
  return octets.length <= LONGEST + 1 && COMMANDS.some((command) => command.startsWith(text));
}

export const isLineEnd = (octet: number): boolean => octet === LF || octet === CR;
