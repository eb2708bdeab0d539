import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HeadDecoder, type RequestHead, type ResponseHead } from '../../src/http/head.js';
import { Place } from '../../src/stream/place.js';
import { answerProblems, deflateParameters, offerProblems } from '../../src/websocket/deflate-parameters.js';
import { parseExtensions } from '../../src/websocket/extensions.js';
import {
  decodeHandshake,
  encodeHandshakeRequest,
  encodeHandshakeResponse,
} from '../../src/websocket/handshake.js';

function decodeHead(bytes: Uint8Array) {
  const decoder = new HeadDecoder(new Place());
  decoder.push(bytes, 0, bytes.length, 0);
  return decoder.head;
}

/** What is negotiated by the two values of Sec-WebSocket-Extensions; offers undefined: no request captured. */
function negotiate(offers: string | undefined, answer: string, status = 101) {
  const headers = (value: string) => [{ name: 'Sec-WebSocket-Extensions', value }];
  const request =
    offers === undefined
      ? undefined
      : (decodeHead(encodeHandshakeRequest({ headers: headers(offers) })) as RequestHead);
  const response = decodeHead(encodeHandshakeResponse({ status, headers: headers(answer) })) as ResponseHead;
  return deflateParameters(decodeHandshake(request, response));
}

/** `15`: with context takeover, `15-`: without. */
function short(negotiated: ReturnType<typeof deflateParameters>) {
  if (negotiated === undefined) return undefined;
  const { client, server, extension } = negotiated;
  const side = ({ windowBits, contextTakeover }: typeof client) =>
    `${windowBits}${contextTakeover ? '' : '-'}`;
  return `${extension} ${side(client)} ${side(server)}`;
}

describe('deflateParameters', () => {
  const OFFER = 'permessage-deflate; client_max_window_bits';

  test('gives what each side keeps to', () => {
    expect(
      negotiate(OFFER, 'permessage-deflate; server_no_context_takeover; client_max_window_bits=10'),
    ).toEqual({
      client: { contextTakeover: true, windowBits: 10 },
      server: { contextTakeover: false, windowBits: 15 },
      extension: 'permessage-deflate',
    });
  });

  test.each<[offers: string | undefined, answer: string, expected: string | undefined]>([
    [OFFER, 'permessage-deflate', 'permessage-deflate 15 15'],
    [OFFER, 'permessage-deflate; client_no_context_takeover', 'permessage-deflate 15- 15'],
    [
      OFFER,
      'permessage-deflate; server_max_window_bits=8; client_max_window_bits=9',
      'permessage-deflate 9 8',
    ],
    [OFFER, 'permessage-deflate; server_max_window_bits="12"', 'permessage-deflate 15 12'],
    [
      OFFER,
      'PerMessage-Deflate; SERVER_No_Context_Takeover; Client_Max_Window_Bits=11',
      'permessage-deflate 11 15-',
    ],
    [OFFER, 'x-other, permessage-deflate; server_no_context_takeover', 'permessage-deflate 15 15-'],
    [OFFER, 'permessage-deflate; client_max_window_bits=9, permessage-deflate', 'permessage-deflate 9 15'],
    // What was offered counts for nothing unless it was accepted.
    [
      `${OFFER}; server_no_context_takeover; server_max_window_bits=9`,
      'permessage-deflate',
      'permessage-deflate 15 15',
    ],
    [OFFER, '', undefined],
    [OFFER, 'x-other', undefined],
    // Not offered, but in use.
    ['', 'permessage-deflate', 'permessage-deflate 15 15'],
    [undefined, 'permessage-deflate; server_max_window_bits=10', 'permessage-deflate 15 10'],
    // Invalid parameters are passed over.
    [
      OFFER,
      'permessage-deflate; server_max_window_bits=7; client_max_window_bits=16',
      'permessage-deflate 15 15',
    ],
    [
      OFFER,
      'permessage-deflate; server_max_window_bits=08; client_max_window_bits',
      'permessage-deflate 15 15',
    ],
    [OFFER, 'permessage-deflate; server_no_context_takeover=1; x=2', 'permessage-deflate 15 15'],
    [
      OFFER,
      'permessage-deflate; server_max_window_bits=99; server_max_window_bits=9',
      'permessage-deflate 15 9',
    ],
    [
      OFFER,
      'permessage-deflate; server_max_window_bits=10; server_max_window_bits=9',
      'permessage-deflate 15 10',
    ],
    // Each side tells what the other one's compressor is to keep to.
    ['x-webkit-deflate-frame', 'x-webkit-deflate-frame', 'x-webkit-deflate-frame 15 15'],
    ['x-webkit-deflate-frame; max_window_bits=9', 'x-webkit-deflate-frame', 'x-webkit-deflate-frame 15 9'],
    [
      'x-webkit-deflate-frame',
      'x-webkit-deflate-frame; max_window_bits=9; no_context_takeover',
      'x-webkit-deflate-frame 9- 15',
    ],
    [
      'X-WebKit-Deflate-Frame; no_context_takeover',
      'X-WebKit-Deflate-Frame',
      'x-webkit-deflate-frame 15 15-',
    ],
    [undefined, 'x-webkit-deflate-frame', 'x-webkit-deflate-frame 15 15'],
    [`${OFFER}, x-webkit-deflate-frame`, 'permessage-deflate', 'permessage-deflate 15 15'],
  ])('%s → %s', (offers, answer, expected) => {
    expect(short(negotiate(offers, answer))).toBe(expected);
  });

  test('nothing where the server refused', () => {
    expect(negotiate(OFFER, 'permessage-deflate', 200)).toBeUndefined();
  });
});

const extensions = (text: string) => parseExtensions([text]).extensions;
const told = (problems: { section: string; message: string }[]) =>
  problems.map(({ section, message }) => `${section.replace('RFC 7692 ', '')} ${message}`);

describe('offerProblems', () => {
  test.each<[string, string[]]>([
    ['', []],
    ['client_max_window_bits', []],
    ['client_max_window_bits=15', []],
    ['client_max_window_bits="8"; server_max_window_bits=8', []],
    ['server_no_context_takeover; client_no_context_takeover', []],
    ['SERVER_NO_CONTEXT_TAKEOVER', []],
    ['server_max_window_bits', ['§7.1.2.1 server_max_window_bits has no value']],
    ['server_max_window_bits=7', ['§7.1.2.1 server_max_window_bits is "7", not a number from 8 to 15']],
    ['server_max_window_bits=16', ['§7.1.2.1 server_max_window_bits is "16", not a number from 8 to 15']],
    ['client_max_window_bits=08', ['§7.1.2.2 client_max_window_bits is "08", not a number from 8 to 15']],
    ['client_max_window_bits="+9"', ['§7.1.2.2 client_max_window_bits is "+9", not a number from 8 to 15']],
    ['client_max_window_bits=""', ['§7.1.2.2 client_max_window_bits is "", not a number from 8 to 15']],
    ['client_max_window_bits=true', ['§7.1.2.2 client_max_window_bits is "true", not a number from 8 to 15']],
    [
      'server_no_context_takeover=1',
      ['§7.1.1.1 server_no_context_takeover has the value "1", where none may be'],
    ],
    [
      'client_no_context_takeover=""',
      ['§7.1.1.2 client_no_context_takeover has the value "", where none may be'],
    ],
    ['no_context_takeover', ['§7.1 "no_context_takeover" is not a parameter of permessage-deflate']],
    [
      'client_max_window_bits; client_max_window_bits=9',
      ['§7.1.2.2 "client_max_window_bits" is given more than once'],
    ],
    [
      'x; x=1',
      [
        '§7.1 "x" is not a parameter of permessage-deflate',
        '§7.1 "x" is given more than once',
        '§7.1 "x" is not a parameter of permessage-deflate',
      ],
    ],
  ])('%s', (parameters, expected) => {
    const [offer] = extensions(`permessage-deflate; ${parameters}`.replace(/; $/, ''));
    expect(told(offerProblems(offer))).toEqual(expected);
  });
});

describe('answerProblems', () => {
  const D = 'permessage-deflate';
  test.each<[offers: string | undefined, answer: string, string[]]>([
    [D, D, []],
    [D, `${D}; server_max_window_bits=9`, []],
    [D, `${D}; server_no_context_takeover; client_no_context_takeover`, []],
    [`${D}; client_max_window_bits`, `${D}; client_max_window_bits=9`, []],
    [`${D}; client_max_window_bits=12`, `${D}; client_max_window_bits=12`, []],
    [`${D}; client_max_window_bits=12`, D, []],
    [`${D}; client_no_context_takeover`, D, []],
    [
      D,
      `${D}; client_max_window_bits=9`,
      ['§7.1.2.2 client_max_window_bits is answered, but was not offered'],
    ],
    [
      `${D}; client_max_window_bits`,
      `${D}; client_max_window_bits`,
      ['§7.1.2.2 client_max_window_bits has no value'],
    ],
    [
      `${D}; client_max_window_bits=10`,
      `${D}; client_max_window_bits=11`,
      ['§7.1.2.2 client_max_window_bits is 11, more than the 10 offered'],
    ],
    [
      `${D}; server_max_window_bits=10`,
      `${D}; server_max_window_bits=11`,
      ['§7.1.2.1 server_max_window_bits is 11, more than the 10 offered'],
    ],
    [`${D}; server_max_window_bits=10`, D, ['§7.1.2.1 server_max_window_bits was offered, not answered']],
    [
      `${D}; server_no_context_takeover`,
      D,
      ['§7.1.1.1 server_no_context_takeover was offered, not answered'],
    ],
    // Any of several offers may be the one that is answered.
    [`${D}; server_max_window_bits=10; client_max_window_bits, ${D}`, D, []],
    [`${D}, ${D}; client_max_window_bits`, `${D}; client_max_window_bits=15`, []],
    [
      `${D}; server_no_context_takeover; server_max_window_bits=9, ${D}; server_max_window_bits=9`,
      D,
      ['§7.1.2.1 server_max_window_bits was offered, not answered'],
    ],
    // Without the request only what the answer says by itself can be told.
    [undefined, `${D}; client_max_window_bits=9`, []],
    ['', `${D}; client_max_window_bits=9`, []],
    [
      undefined,
      `${D}; server_max_window_bits=9; server_max_window_bits`,
      [
        '§7.1.2.1 "server_max_window_bits" is given more than once',
        '§7.1.2.1 server_max_window_bits has no value',
      ],
    ],
  ])('%s → %s', (offers, answer, expected) => {
    expect(
      told(answerProblems(extensions(answer)[0], offers === undefined ? undefined : extensions(offers))),
    ).toEqual(expected);
  });

  test('untrusted text is made safe and short', () => {
    const value = `\u001b[2J${'9'.repeat(100)}`;
    const parameters = [{ name: 'server_max_window_bits', value, quoted: true }];
    const [{ message }] = answerProblems({ name: 'permessage-deflate', parameters }, undefined);
    expect(message).toBe(`server_max_window_bits is "\\x1b[2J${'9'.repeat(36)}…", not a number from 8 to 15`);
  });

  test('any text never throws', () => {
    const text = fc.string({
      unit: fc.constantFrom(
        'server_max_window_bits',
        'client_max_window_bits',
        ';',
        '=',
        '9',
        '15',
        '"',
        ' ',
        'permessage-deflate',
        ',',
      ),
    });
    fc.assert(
      fc.property(text, text, (offers, answer) => {
        for (const one of extensions(answer)) {
          expect(Array.isArray(answerProblems(one, extensions(offers)))).toBe(true);
          expect(Array.isArray(offerProblems(one))).toBe(true);
        }
        negotiate(offers, answer);
      }),
    );
  });
});
