/**
 * What the page computes, without a browser: links, spans of long lists, the layout of the timeline, what is copied.
 */
import { describe, expect, it } from 'vitest';
import { compileFilter } from '../../src/filter/index.js';
import { counted, duration, size } from '../../src/page/app/amounts.js';
import { type Arrived, contradictionOf } from '../../src/page/app/contradiction.js';
import { shellWord, wscatCopy } from '../../src/page/app/copies.js';
import { formatSpot, isElsewhere, linkFault, parseSpot, START } from '../../src/page/app/link.js';
import { placeAfter } from '../../src/page/app/list-keys.js';
import { overlap } from '../../src/page/app/octets.js';
import { allRows, foundRows } from '../../src/page/app/rows.js';
import {
  barLength,
  barOf,
  lowest,
  MOST,
  revealing,
  rowsInSight,
  scrolled,
} from '../../src/page/app/scroll.js';
import { both, searchedText, sessionFilter, textFilter } from '../../src/page/app/search.js';
import { fittingScale, layOut } from '../../src/page/app/timeline-layout.js';
import { clockText, timeText, timeWithUnit } from '../../src/page/app/times.js';
import { spansOf } from '../../src/page/spans.js';
import type { Frame } from '../../src/websocket/frame-record.js';
import type { Message } from '../../src/websocket/message-record.js';

describe('links', () => {
  it.each([
    ['', START],
    ['#', START],
    ['#frame=17', { ...START, frame: 17 }],
    [
      '#session=2&view=conversation&filter=ws.length+%3E+3',
      { ...START, view: 'conversation', session: 2, filter: 'ws.length > 3' },
    ],
    ['#session=2&view=statistics&of=capture', { ...START, view: 'statistics', session: 2, whole: true }],
    ['#filter=a%26b%3D%22%23%22', { ...START, filter: 'a&b="#"' }],
  ] as const)('%s', (fragment, spot) => {
    expect(parseSpot(fragment)).toEqual(spot);
    expect(formatSpot(spot)).toBe(fragment === '' ? '#' : fragment);
  });

  it.each(['#frame=0', '#frame=-1', '#frame=1e9', '#frame=', '#session=x&view=no', '#__proto__=1', '#%'])(
    '%s is ignored',
    (fragment) => expect(parseSpot(fragment)).toEqual(START),
  );

  it.each([
    ['', undefined],
    ['#session=2&view=conversation&frame=3&of=capture&filter=%22', undefined],
    ['#frame=abc', 'The link is not understood: “abc” is no number of a frame.'],
    ['#session=0&frame=1', 'The link is not understood: “0” is no number of a session.'],
    [
      '#frame=&view=%1b[31m<b>',
      'The link is not understood: “” is no number of a frame, and there is no view “\\x1b[31m<b>”.',
    ],
    [`#view=${'x'.repeat(100)}`, `The link is not understood: there is no view “${'x'.repeat(40)}…”.`],
  ])('%s: %s', (fragment, told) => expect(linkFault(fragment)).toBe(told));

  it('steps through frames are no place of their own', () => {
    expect(isElsewhere(START, { ...START, frame: 3 })).toBe(false);
    expect(isElsewhere(START, { ...START, filter: 'x' })).toBe(true);
    expect(isElsewhere(START, { ...START, whole: true })).toBe(true);
  });
});

describe('a place', () => {
  const seen = { spot: START, sessions: 2, frame: undefined, absent: undefined, isListed: true };
  const frame = { number: 1234, session: { number: 2 } } as Frame;
  const at = { ...START, frame: 1234 };

  it.each<[string | undefined, Partial<Arrived>]>([
    [undefined, {}],
    [undefined, { spot: at }],
    [undefined, { spot: at, frame }],
    [undefined, { spot: { ...at, session: 2 }, frame }],
    // Of a frame that was selected before.
    [undefined, { spot: { ...START, frame: 7, session: 1 }, frame, isListed: false }],
    ['There is no session 3, only 2.', { spot: { ...START, session: 3 } }],
    ['There is no frame 5,000.', { spot: { ...START, frame: 5000 }, absent: 5000 }],
    [
      'Frame 1,234 is of session 2, not of session 1: it is shown, but not listed.',
      { spot: { ...at, session: 1 }, frame, isListed: false },
    ],
    [
      'The filter does not hold for frame 1,234: it is shown, but not listed.',
      { spot: { ...at, filter: 'x' }, frame, isListed: false },
    ],
  ])('%s', (told, more) => expect(contradictionOf({ ...seen, ...more })).toBe(told));
});

describe('long lists', () => {
  const short = { whole: 24_000, sight: 600 };
  const long = { whole: 24 * 1_000_000_000, sight: 600 };

  it('have a scroll bar as long as themselves, or as browsers can', () => {
    expect([barLength(short), barLength(long)]).toEqual([24_000, MOST]);
  });

  it.each([
    ['short lists go with the bar', short, 0, 0, 1234, 1234],
    ['a step of a long list is as many pixels', long, 1e9, 500_000, 500_100, 1e9 + 100],
    ['a step back, too', long, 1e9, 500_000, 499_000, 1e9 - 1000],
    ['a leap is in proportion', long, 0, 0, (MOST - 600) / 2, lowest(long) / 2],
    ['the bar’s end is the list’s', long, 1e9, 500_000, MOST - 600, lowest(long)],
    ['and so is its beginning', long, 1e9, 500, 0, 0],
    ['nothing lies behind the end', long, lowest(long) - 10, MOST - 1000, MOST - 900, lowest(long)],
  ])('%s', (_, extent, top, before, after, expected) => {
    expect(scrolled(top, before, after, extent)).toBe(expected);
  });

  it.each([0, 1, 12_345_678, lowest(long)])('the bar of %i is where a leap to it leads from', (top) => {
    expect(scrolled(0, -2000, barOf(top, long), long)).toBeCloseTo(top, -1);
  });

  it.each([
    [0, 0, { from: 0, count: 0 }],
    [0, 10, { from: 0, count: 10 }],
    [0, 100, { from: 0, count: 25 }],
    [12, 100, { from: 0, count: 26 }],
    [24 * 90, 100, { from: 90, count: 10 }],
  ])('from pixel %i of %i rows', (top, count, span) => {
    expect(rowsInSight(top, { whole: count * 24, sight: 600 }, 24, count)).toEqual(span);
  });

  it.each([
    ['in sight already', 10, 0, 0],
    ['a row below', 25, 0, 24],
    ['a row above', 9, 240, 216],
    ['far away', 500, 0, 500 * 24 - 200],
    ['the last', 999, 0, 24_000 - 600],
  ])('%s', (_, row, top, expected) => expect(revealing(row, top, short, 24)).toBe(expected));

  it('are read in spans', () => {
    expect(spansOf([3, 4, 5, 9, 100, 101])).toEqual([
      { from: 3, count: 7 },
      { from: 100, count: 2 },
    ]);
    expect(spansOf([])).toEqual([]);
  });

  it('have rows, all or found ones', () => {
    const found = foundRows([2, 5, 9]);
    expect([found.at(1), found.placeOf(5), found.placeOf(6), found.has(5), found.has(6)]).toEqual([
      5,
      1,
      2,
      true,
      false,
    ]);
    expect([allRows(3).at(2), allRows(3).has(3)]).toEqual([2, false]);
  });

  it.each([
    ['ArrowDown', -1, 0],
    ['ArrowDown', 9, 9],
    ['ArrowUp', 0, 0],
    ['PageDown', 1, 5],
    ['PageUp', 7, 3],
    ['Home', 7, 0],
    ['End', 0, 9],
    ['x', 3, undefined],
  ])('%s at %i leads to %s', (key, current, expected) =>
    expect(placeAfter(key, current, 10, 5)).toBe(expected),
  );
});

describe('search', () => {
  it.each([
    'plain',
    'with "quotes" and \\backslashes\\',
    'line\nbreak\ttab\r\0',
    'größer 🚀',
    '\\n is no break',
    '^(a|b)*[c]{1}.?+$ /i',
    '(?-i)x',
  ])('%j is found as it is', (text) => {
    const filter = textFilter(text);
    expect(searchedText(filter)).toBe(text);
    const { matches } = compileFilter(filter, 'frame');
    const context = { start: () => ({ seconds: 0, nanoseconds: 0 }), findings: () => [] };
    const says = (payload: string) => ({ payload: new TextEncoder().encode(payload) }) as unknown as Frame;
    expect(matches(says(`before ${text} behind`), context)).toBe(true);
    expect(matches(says(`before ${text.slice(1)} behind`), context)).toBe(false);
    const isAscii = /^[\0-\x7f]*$/.test(text);
    expect(matches(says(text.toUpperCase()), context)).toBe(isAscii);
  });

  it('other filters are none', () =>
    expect(
      [
        'websocket.payload contains "a" && ws.rsv1',
        'websocket.payload contains "a" || websocket.payload.text contains "a"',
        'websocket.payload matches "a" || websocket.payload.text matches "b"',
        'websocket.payload matches "a.b" || websocket.payload.text matches "a.b"',
      ].filter((filter) => searchedText(filter) !== undefined),
    ).toEqual([]));

  it('goes together with a session', () => {
    expect(both(sessionFilter(3), 'a || b')).toBe('(ws.session == 3) && (a || b)');
    expect([both('', 'a'), both('a', ''), sessionFilter(undefined)]).toEqual(['a', 'a', '']);
  });
});

describe('timeline', () => {
  const scale = { perSecond: 1000, least: 20, most: 100 };

  it('is true to scale between what can be read and what can be looked at', () => {
    const { ys, pauses, height } = layOut([0, 0.001, 0.051, 5.051, 5], scale);
    expect(ys).toEqual([42, 62, 112, 212, 232]);
    expect(pauses).toEqual([
      { y: 87, seconds: expect.closeTo(0.05), text: '50 ms', cut: false },
      { y: 162, seconds: 5, text: '5 s', cut: true },
    ]);
    expect(height).toBe(256);
  });

  it('of nothing is empty', () => expect(layOut([], scale)).toEqual({ ys: [], pauses: [], height: 66 }));

  it.each([
    [[], 1],
    [[1, 1, 1], 1],
    [[0, 0.5, 1, 10], 40],
  ])('scale of %j', (times, expected) => expect(fittingScale(times, 20)).toBe(expected));
});

describe('times', () => {
  const [start, time] = [
    { seconds: 1_795_243_931, nanoseconds: 500_000_000 },
    { seconds: 1_795_243_933, nanoseconds: 123_456_000 },
  ];
  it.each([
    ['relative', '1.623456', '1.623456 s'],
    ['clock', '06:52:13.123456Z', '06:52:13.123456Z'],
    ['utc', '2026-11-21 06:52:13.123456Z', '2026-11-21 06:52:13.123456Z'],
  ] as const)('%s', (times, text, withUnit) => {
    expect(timeText(time, times, start)).toBe(text);
    expect(timeWithUnit(time, times, start)).toBe(withUnit);
  });

  it('of years that no date has are told in seconds', () =>
    expect(timeText({ seconds: 1e15, nanoseconds: 0 }, 'clock', start)).toBe('1000000000000000.000000'));

  it.each([
    [1_700_000_000, '22:13:20'],
    [1_700_000_000.25, '22:13:20.25'],
    [1_700_000_000.0004, '22:13:20'],
    [1e15, '1000000000000000 s'],
  ])('%d is %s on an axis', (seconds, text) => expect(clockText(seconds)).toBe(text));
});

describe('amounts', () => {
  it.each([
    [0, '0 s'],
    [36e-6, '36 µs'],
    [0.0042, '4.2 ms'],
    [0.99951, '1 s'],
    [1.25, '1.25 s'],
    [200, '3 min 20 s'],
    [7500, '2 h 5 min'],
    [-0.001, '−1 ms'],
  ])('%d s is %s', (seconds, text) => expect(duration(seconds)).toBe(text));

  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [1024 * 1024 - 1, '1 MiB'],
    [150 * 1024, '150 KiB'],
  ])('%i bytes are %s', (bytes, text) => expect(size(bytes)).toBe(text));

  it('are counted', () =>
    expect([counted(1, 'frame'), counted(300_000, 'frame')]).toEqual(['1 frame', '300,000 frames']));
});

describe('copies', () => {
  it.each([
    ['plain/word-1.0', 'plain/word-1.0'],
    ['', "''"],
    ["it's $(rm -rf ~) `x`", "'it'\\''s $(rm -rf ~) `x`'"],
    ["\n'; touch pwned; #", "'\n'\\''; touch pwned; #'"],
  ])('%j is a word of a shell', (word, expected) => expect(shellWord(word)).toBe(expected));

  const frame = (more: object) =>
    ({
      sender: 'client',
      opcode: 1,
      messageOpcode: 1,
      fin: true,
      compressed: false,
      length: 2,
      payload: new TextEncoder().encode('hi'),
      session: {
        host: 'h',
        path: '/p',
        server: 's',
        carrier: {},
        handshake: { subprotocol: 'v1', origin: undefined },
      },
      ...more,
    }) as unknown as Frame;

  const message = (text: string, more: object = {}) => {
    const content = new TextEncoder().encode(text);
    const facts = { content, length: content.length, complete: true, limited: false, unknownRanges: [] };
    return { ...facts, ...more } as unknown as Message;
  };

  it('wscat says the same', () =>
    expect(wscatCopy(frame({}), undefined).command).toBe('wscat -c ws://h/p -s v1 -x hi'));

  it.each([
    ['compressed', { compressed: true }],
    ['the first of several', { fin: false }],
    ['a later one', { opcode: 0, fin: false }],
    ['the last one', { opcode: 0 }],
  ])('of a frame that is %s wscat says its whole message', (_, more) =>
    expect(wscatCopy(frame(more), message("it's all")).command).toBe(
      "wscat -c ws://h/p -s v1 -x 'it'\\''s all'",
    ),
  );

  it('wscat says the frame where that is all', () =>
    expect(wscatCopy(frame({}), message('other')).command).toBe('wscat -c ws://h/p -s v1 -x hi'));

  it.each<[string | undefined, object]>([
    ['the page has no whole text of it', { complete: false }],
    ['the page has no whole text of it', { limited: true }],
    ['the page has no whole text of it', { failure: 'it ends too early' }],
    ['the page has no whole text of it', { unknownRanges: [{ offset: 0, length: 1 }] }],
    ['the page has no whole text of it', { length: 99 }],
    ['the page has no whole text of it', { content: Uint8Array.of(0xff, 0xfe), length: 2 }],
    ['it holds characters that a terminal would act upon', { content: new Uint8Array(3), length: 3 }],
  ])('%s: of a message that is %j', (reason, more) =>
    expect(wscatCopy(frame({ compressed: true }), message('hello', more))).toEqual({
      command: undefined,
      reason,
    }),
  );

  it.each([
    [{ messageOpcode: 2 }, 'wscat sends text, not binary'],
    [{ messageOpcode: 9 }, 'wscat sends text, not control frames'],
    [{ sender: 'server' }, 'the server said this, and wscat is a client'],
    [{ compressed: true }, 'the page has no whole text of it'],
    [{ messageOpcode: 0, opcode: 0 }, 'the beginning of its message was not captured'],
    [{ length: 9 }, 'the page has no whole text of it'],
    [
      { length: 5, payload: new TextEncoder().encode('a\x1b[0m') },
      'it holds characters that a terminal would act upon',
    ],
    [
      { length: 9, payload: new TextEncoder().encode('rtl\u202eover') },
      'it holds characters that a terminal would act upon',
    ],
    [{ fin: false }, 'the page has no whole text of it'],
    [{ payload: Uint8Array.of(0xff, 0xfe) }, 'the page has no whole text of it'],
  ])('not %j', (more, reason) =>
    expect(wscatCopy(frame(more), undefined)).toEqual({ command: undefined, reason }),
  );
});

it('bits overlap or not', () => {
  expect(overlap({ start: 0, end: 8 }, { start: 7, end: 9 })).toBe(true);
  expect(overlap({ start: 0, end: 8 }, { start: 8, end: 9 })).toBe(false);
  expect(overlap(undefined, { start: 8, end: 9 })).toBe(false);
});
