/**
 * Conversations in HTTP/2: the two encoders of headers, and what a client and a server send to open a WebSocket.
 */
import { concat } from '../../src/bytes/concat.js';
import { SETTING } from '../../src/http/h2-frame.js';
import {
  encodeH2Data,
  encodeH2Headers,
  encodeH2Settings,
  type H2HeadersOptions,
} from '../../src/http/h2-frame-encode.js';
import { H2_PREFACE } from '../../src/http/h2-side.js';
import { HpackEncoder, type HpackField } from '../../src/http/hpack-encode.js';

export const OFFER = { [SETTING.enableConnectProtocol]: 1 };

type Changes = Readonly<Record<string, string | undefined>>;

export class H2Talk {
  readonly client = new HpackEncoder();
  readonly server = new HpackEncoder();

  /** Preface and SETTINGS. */
  hello(): Uint8Array {
    return concat(H2_PREFACE, encodeH2Settings());
  }

  offer(settings: Readonly<Record<number, number>> = OFFER): Uint8Array {
    return encodeH2Settings(settings);
  }

  /** An extended CONNECT; undefined in `changes` leaves a field out. */
  connect(stream: number, changes: Changes = {}, options: H2HeadersOptions = {}): Uint8Array {
    const fields = {
      ':method': 'CONNECT',
      ':protocol': 'websocket',
      ':scheme': 'http',
      ':path': `/chat${stream}`,
      ':authority': 'a.test',
      'sec-websocket-version': '13',
      ...changes,
    };
    return encodeH2Headers(stream, this.client.block(listOf(fields)), options);
  }

  get(stream: number, path = '/', options: H2HeadersOptions = { endStream: true }): Uint8Array {
    const fields = { ':method': 'GET', ':scheme': 'http', ':path': path, ':authority': 'a.test' };
    return encodeH2Headers(stream, this.client.block(listOf(fields)), options);
  }

  answer(stream: number, status = 200, changes: Changes = {}, options: H2HeadersOptions = {}): Uint8Array {
    const block = this.server.block(listOf({ ':status': String(status), ...changes }));
    return encodeH2Headers(stream, block, options);
  }

  page(stream: number, text: string): Uint8Array {
    return concat(
      this.answer(stream, 200, { 'content-type': 'text/plain' }),
      encodeH2Data(stream, new TextEncoder().encode(text), { endStream: true }),
    );
  }
}

function listOf(fields: Changes): HpackField[] {
  return Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
}
