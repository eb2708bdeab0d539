/**
 * HTTP/2 around a conversation (RFC 8441): the preface and SETTINGS of both sides, an extended CONNECT, its answer, and what
 * is said as DATA of the one stream.
 */
import { concat } from '../bytes/concat.js';
import { DEFAULT_FRAME_SIZE, H2, SETTING } from '../http/h2-frame.js';
import { encodeH2Data, encodeH2Frame, encodeH2Headers, encodeH2Settings } from '../http/h2-frame-encode.js';
import { H2_PREFACE } from '../http/h2-side.js';
import { HpackEncoder, type HpackField } from '../http/hpack-encode.js';
import type { Sender } from '../websocket/frame-record.js';

/** The first that a client opens (RFC 9113 §5.1.1). */
const STREAM = 1;
const ACK = 1;

export class SampleHttp2 {
  private readonly encoders: Readonly<Record<Sender, HpackEncoder>> = {
    client: new HpackEncoder(),
    server: new HpackEncoder(),
  };

  /** What both sides begin with; `isOffered`: the server knows the extended CONNECT (RFC 8441 §3). */
  begin(by: Sender, isOffered: boolean): Uint8Array {
    if (by === 'client') return concat(H2_PREFACE, encodeH2Settings());
    const settings = encodeH2Settings(isOffered ? { [SETTING.enableConnectProtocol]: 1 } : {});
    return concat(settings, this.acknowledge());
  }

  /** Of the SETTINGS of the other side (RFC 9113 §6.5.3). */
  acknowledge(): Uint8Array {
    return encodeH2Frame({ type: H2.settings, flags: ACK });
  }

  head(by: Sender, fields: readonly HpackField[]): Uint8Array {
    return encodeH2Headers(STREAM, this.encoders[by].block(fields));
  }

  data(bytes: Uint8Array): Uint8Array {
    const frames: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += DEFAULT_FRAME_SIZE)
      frames.push(encodeH2Data(STREAM, bytes.subarray(at, at + DEFAULT_FRAME_SIZE)));
    return concat(...frames);
  }

  /** The stream ends in one direction. */
  end(): Uint8Array {
    return encodeH2Data(STREAM, new Uint8Array(0), { endStream: true });
  }
}

/** Lines of names and values, as `:path: /chat`. */
export function fieldsOf(lines: string): readonly HpackField[] {
  return lines
    .trim()
    .split(/\r?\n/)
    .map((line) => {
      const [, name, value] = /^(:?[^:]*): *(.*)$/.exec(line) ?? [line, line, ''];
      return [name, value] as const;
    });
}
