/**
 * Rules about the negotiation of extensions, in both directions.
 */
import { describe, expect, it } from 'vitest';
import { exampleRequest, exampleResponse, foundIn } from './heads.js';

const NAME = 'Sec-WebSocket-Extensions';
const PMD = 'permessage-deflate';
const ALL = `${PMD}; client_max_window_bits`;

const negotiate = (offer: string | string[] | undefined, answer?: string | string[]): string[] =>
  foundIn(exampleRequest({ [NAME]: offer }), exampleResponse({ [NAME]: answer }));

describe('extension-syntax', () => {
  it.each([
    `${PMD}; =1`,
    'permessage deflate',
    `${PMD}; server_max_window_bits="10`,
    '; client_max_window_bits',
    'x-foo; ;bar',
    `${PMD}; server_max_window_bits="1 0"`,
  ])('%s', (value) => {
    expect(negotiate(value)).toEqual([
      `extension-syntax client: Sec-WebSocket-Extensions "${value}" cannot be parsed`,
    ]);
    expect(negotiate(`${ALL}, x-foo`, value)).toEqual([
      `extension-syntax server: Sec-WebSocket-Extensions "${value}" cannot be parsed`,
    ]);
  });

  it('tells of an empty field', () => {
    expect(negotiate('')).toEqual(['extension-syntax client: Sec-WebSocket-Extensions is empty']);
    expect(negotiate(' , ')).toEqual(['extension-syntax client: Sec-WebSocket-Extensions is empty']);
    expect(negotiate(ALL, '')).toEqual(['extension-syntax server: Sec-WebSocket-Extensions is empty']);
  });

  it.each([`${PMD} ;server_max_window_bits = "10"`, `x; a="b", ${PMD}`, [PMD, ''], `${PMD},,x`])(
    'takes %j',
    (value) => {
      expect(negotiate(value)).toEqual([]);
    },
  );
});

const FAULTS: readonly (readonly [parameters: string, fault: string])[] = [
  ['server_max_window_bits=16', 'server_max_window_bits is "16", not a number from 8 to 15'],
  ['client_max_window_bits=7', 'client_max_window_bits is "7", not a number from 8 to 15'],
  ['server_max_window_bits=08', 'server_max_window_bits is "08", not a number from 8 to 15'],
  ['client_max_window_bits=ten', 'client_max_window_bits is "ten", not a number from 8 to 15'],
  ['server_max_window_bits', 'server_max_window_bits has no value'],
  ['server_no_context_takeover=1', 'server_no_context_takeover has the value "1", and takes none'],
  ['client_no_context_takeover; client_no_context_takeover', '"client_no_context_takeover" is given twice'],
  ['max_window_bits=10', '"max_window_bits" is no parameter of permessage-deflate'],
];

describe('extension-parameters', () => {
  it.each(FAULTS)('%s', (parameters, fault) => {
    const value = `${PMD}; ${parameters}`;
    expect(negotiate(value)).toEqual([`extension-parameters client: in the offer, ${fault}`]);
    expect(negotiate(`x, ${PMD}, ${value}`)).toEqual([`extension-parameters client: in the offer, ${fault}`]);
    expect(negotiate(ALL, value)).toEqual([`extension-parameters server: in the answer, ${fault}`]);
  });

  it('only an offer may leave the window of the client open', () => {
    expect(negotiate(ALL, PMD)).toEqual([]);
    expect(negotiate(ALL, ALL)).toEqual([
      'extension-parameters server: in the answer, client_max_window_bits has no value',
    ]);
  });

  it.each([
    [PMD, 'client_max_window_bits=10', 'client_max_window_bits was not offered'],
    [
      `${PMD}; client_max_window_bits=10`,
      'client_max_window_bits=11',
      'client_max_window_bits is 11 where 10 was offered',
    ],
    [
      `${PMD}; server_max_window_bits=10`,
      '',
      'server_max_window_bits=10 was asked for and is not in the answer',
    ],
    [
      `${PMD}; server_max_window_bits=10`,
      'server_max_window_bits=12',
      'server_max_window_bits is 12 where 10 was asked for',
    ],
    [
      `${PMD}; server_no_context_takeover`,
      '',
      'server_no_context_takeover was asked for and is not in the answer',
    ],
  ])('%s answered with %s', (offer, parameters, reason) => {
    const answer = parameters === '' ? PMD : `${PMD}; ${parameters}`;
    expect(negotiate(offer, answer)).toEqual([`extension-parameters server: in the answer, ${reason}`]);
    expect(negotiate(`${offer}, ${ALL}`, answer)).toEqual([]);
  });

  it.each([
    [PMD, `${PMD}; server_max_window_bits=8; server_no_context_takeover; client_no_context_takeover`],
    [`${PMD}; server_max_window_bits=10`, `${PMD}; server_max_window_bits="9"`],
    [`${PMD}; client_max_window_bits=10`, `${PMD}; client_max_window_bits=10`],
    [`${PMD}; client_max_window_bits=10; client_no_context_takeover`, PMD],
    [ALL, `${PMD}; client_max_window_bits=15`],
    ['x-webkit-deflate-frame; max_window_bits=10', 'x-webkit-deflate-frame; no_context_takeover'],
  ])('takes %s and %s', (offer, answer) => {
    expect(negotiate(offer, answer)).toEqual([]);
  });

  it('does not compare with an invalid offer', () => {
    expect(negotiate(`${PMD}; server_max_window_bits=08`, PMD)).toEqual([
      'extension-parameters client: in the offer, server_max_window_bits is "08", not a number from 8 to 15',
    ]);
  });
});

describe('extensions of the answer', () => {
  it.each([
    [
      'x-foo',
      PMD,
      ['extension-not-offered server: the server uses "permessage-deflate", and the client offered "x-foo"'],
    ],
    [
      PMD,
      `x-a, ${PMD}, x-b`,
      [
        'extension-not-offered server: the server uses "x-a, x-b", and the client offered "permessage-deflate"',
      ],
    ],
    [
      `${PMD}, ${PMD}`,
      `${PMD}, ${PMD}`,
      ['extension-twice server: the 101 names the extension "permessage-deflate" 2 times'],
    ],
    [PMD, [PMD, PMD], ['extension-twice server: the 101 names the extension "permessage-deflate" 2 times']],
    // RFC 6455 §4.2.2 and erratum 3433: they may be split between several fields.
    [`${PMD}, x-foo`, [PMD, 'x-foo'], []],
    [`${PMD}, x-foo`, undefined, []],
  ])('%j answered with %j', (offer, answer, found) => {
    expect(negotiate(offer, answer)).toEqual(found);
  });

  it('are not compared with an offer that cannot be parsed', () => {
    expect(negotiate('permessage deflate', PMD)).toEqual([
      'extension-syntax client: Sec-WebSocket-Extensions "permessage deflate" cannot be parsed',
    ]);
  });
});
