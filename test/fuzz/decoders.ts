/**
 * Decoders on their own, on mutations of what they read: the same whole and in pieces, the same as the platform's own
 * decoder where there is one, and no exception.
 */
import assert from 'node:assert/strict';
import { constants, deflateRawSync } from 'node:zlib';
import { InvalidArgumentError } from 'commander';
import { Utf8Validator } from '../../src/bytes/utf8.js';
import { limitOption } from '../../src/cli/commands/limit-option.js';
import { HeadDecoder, type RequestHead, type ResponseHead } from '../../src/http/head.js';
import { LIMIT_KEYS, LIMITS, limitName } from '../../src/limits.js';
import { Place } from '../../src/stream/place.js';
import { FrameDecoder, type FrameHeader } from '../../src/websocket/frame.js';
import { decodeHandshake } from '../../src/websocket/handshake.js';
import { Inflater } from '../../src/websocket/inflate.js';
import { InflateWindow } from '../../src/websocket/inflate-window.js';
import { request, response } from '../support/dissect.js';
import { embedded, utf8 } from '../support/splits.js';
import { zlibInflate } from '../websocket/deflate-oracle.js';
import { mutateBytes } from './mutate.js';
import type { Random } from './random.js';

/** Throws an error that says what does not hold; `input` is material for payloads. */
export function decodersHold(random: Random, input: Uint8Array): void {
  const from = random.below(input.length + 1);
  const material = input.subarray(from, from + 1 + random.small(3000));
  for (const hold of [utf8Holds, inflateHolds, framesHold, headsHold, limitHolds]) hold(random, material);
}

function pieces(bytes: Uint8Array, random: Random): Uint8Array[] {
  const result: Uint8Array[] = [];
  const longest = random.pick([1, 3, 40, 1000]);
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + 1 + random.below(longest));
    result.push(bytes.subarray(at, end));
    at = end;
  }
  return result;
}

const fatal = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function isText(bytes: Uint8Array): boolean {
  try {
    fatal.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function utf8Holds(random: Random, material: Uint8Array): void {
  const text = utf8('aé漢😀\u07ff\uffff\u{10ffff}'.repeat(1 + random.small(20)));
  const bytes = random.oneIn(4) ? material : mutateBytes(text, random, 2);
  const validator = new Utf8Validator();
  for (const piece of pieces(bytes, random)) validator.push(...embedded(piece));
  const isValid = validator.end();
  assert.equal(isValid, isText(bytes), 'UTF-8 is not what TextDecoder says');
  if (!isValid)
    assert.ok(isText(bytes.subarray(0, validator.badOffset)), 'what comes before the fault is UTF-8');
}

const inflater = new Inflater();
/** Without any code length code zlib goes on to read lengths that are all zero, and fails after that. */
const EARLY = 'an impossible set of code lengths';

function inflateHolds(random: Random, material: Uint8Array): void {
  const options = { level: random.below(10), strategy: random.below(5), memLevel: 1 + random.below(9) };
  const sound = deflateRawSync(material, { ...options, finishFlush: constants.Z_SYNC_FLUSH });
  const wire = random.oneIn(8) ? material : mutateBytes(sound, random, 3);
  // It inflates to a thousand times as much: of both.
  inflater.inflate(new InflateWindow(), ...embedded(wire), false, 1 << 26);
  const { fault, length } = inflater;
  const content = inflater.output.slice(0, length);
  const expected = zlibInflate(wire);
  if (expected instanceof Error) {
    assert.notEqual(fault, undefined, `zlib says ${expected.message}`);
    return;
  }
  if (fault !== EARLY) assert.equal(fault, undefined, 'zlib finds no fault');
  assert.ok(Buffer.from(content).equals(expected), 'zlib inflates it to something else');
}

/** What a decoder tells of frames; the payload's pieces as one. */
function framesOf(list: readonly Uint8Array[]): string[] {
  const told: string[] = [];
  const header = ({ fin, opcode, masked, maskingKey, lengthForm, exactLength, streamOffset }: FrameHeader) =>
    [fin, opcode, masked, maskingKey, lengthForm, exactLength, streamOffset].join();
  let sum = 0;
  const decoder = new FrameDecoder({
    header: (given) => void told.push(header(given)),
    payload: (_header, chunk, start, end) => {
      assert.ok(start < end && start >= 7 && end <= chunk.length - 5, 'payload within what was given');
      for (let at = start; at < end; at++) sum = (Math.imul(sum, 31) + chunk[at]) | 0;
    },
    missing: () => {},
    finished: (given, received) => void told.push(`${header(given)} ${received} ${sum}`),
    lost: () => {},
  });
  for (const piece of list) decoder.push(...embedded(piece));
  decoder.end();
  return told;
}

function framesHold(random: Random, material: Uint8Array): void {
  const whole = framesOf([material]);
  assert.deepEqual(framesOf(pieces(material, random)), whole, 'frames in pieces');
  assert.ok(whole.length <= material.length, `${whole.length} frames of ${material.length} bytes`);
}

function headOf(list: readonly Uint8Array[]): unknown {
  const place = new Place();
  const decoder = new HeadDecoder(place, 4096);
  let at = 0;
  for (const piece of list) {
    const [chunk, start, end] = embedded(piece);
    place.sequence = at - start;
    const used = decoder.push(chunk, start, end, at);
    assert.ok(used >= start && used <= end, 'uses what it was given');
    at += used - start;
    if (decoder.head !== undefined || decoder.failure !== undefined) break;
  }
  return {
    head: decoder.head,
    failure: decoder.failure,
    used: decoder.failure === undefined ? at : undefined,
  };
}

const EXTENSIONS = { extensions: [{ name: 'permessage-deflate', parameters: [] }] };

function headsHold(random: Random): void {
  const heads = [request('/', EXTENSIONS), response(EXTENSIONS)].map((head) => {
    const bytes = random.oneIn(4) ? head : mutateBytes(head, random, 6);
    const whole = headOf([bytes]);
    assert.deepEqual(headOf(pieces(bytes, random)), whole, 'a head in pieces');
    return (whole as { head: RequestHead | ResponseHead | undefined }).head;
  });
  const [asked, answered] = heads;
  if (answered?.kind === 'response') decodeHandshake(asked?.kind === 'request' ? asked : undefined, answered);
}

const VALUES = [
  '0',
  '1',
  '64KiB',
  '1GiB',
  '-1',
  '1e9',
  '0.5',
  '99999999999999999999',
  ' 1',
  '',
  'NaN',
  '0x10',
  '１',
];

function limitHolds(random: Random): void {
  const text = `${limitName(random.pick(LIMIT_KEYS))}=${random.pick(VALUES)}`;
  const given = random.oneIn(2) ? text : Buffer.from(mutateBytes(utf8(text), random, 2)).toString();
  let limits: Record<string, unknown>;
  try {
    limits = limitOption().parseArg!(given, {}) as Record<string, unknown>;
  } catch (error) {
    assert.ok(error instanceof InvalidArgumentError, `--limit ${given} throws ${error}`);
    return;
  }
  for (const [key, value] of Object.entries(limits)) {
    assert.ok(key in LIMITS, `--limit ${given} sets ${key}`);
    assert.ok(
      typeof value === 'number' && value > 0 && value <= Number.MAX_SAFE_INTEGER,
      `--limit ${given}: ${value}`,
    );
  }
}
