/**
 * The examples of the rules about handshake and framing break what they say, and nothing else.
 */
import { describe, expect, it } from 'vitest';
import { findRule, rules } from '../../src/rules/index.js';
import type { Rule } from '../../src/rules/rule.js';
import type { Sender } from '../../src/websocket/frame-record.js';
import { permessageDeflate } from '../websocket/recorder.js';
import { brokenBy, type Script } from './harness.js';
import { exampleRequest, foundIn, foundInConnect, refusal } from './heads.js';

const isHead = ({ example }: Rule): boolean => /^(GET|POST|HTTP\/1\.1) /.test(example.bytes);
const isConnect = ({ example }: Rule): boolean => example.bytes.startsWith(':method: CONNECT');

/** Whose frames an example shows, where its masks do not tell; and what was negotiated. */
const FRAMES: Readonly<Record<string, { sender?: Sender; script?: Script }>> = {
  'unmasked-client-frame': { sender: 'client' },
  'masked-server-frame': { sender: 'server' },
  'rsv-without-extension': {},
  'rsv1-misplaced': {
    script: { request: { extensions: [permessageDeflate] }, response: { extensions: [permessageDeflate] } },
  },
  'reserved-opcode': {},
  'non-minimal-length': {},
  'length-top-bit': {},
  'fragmented-control': {},
  'oversized-control': {},
  'continuation-without-start': {},
  'interleaved-message': {},
  'masking-key-repeated': {},
  'masking-key-zero': {},
  'masking-key-predictable': {},
};

const octets = (hexadecimal: string): Uint8Array => Buffer.from(hexadecimal.replaceAll(' ', ''), 'hex');

describe('the example of a rule about the handshake', () => {
  const handshakeRules = rules.filter(isHead);

  it('is there for each of them', () => {
    const all = [...handshakeRules, ...rules.filter(isConnect)];
    expect(all).toHaveLength(rules.findIndex(({ id }) => id === 'unmasked-client-frame'));
  });

  it.each(rules.filter(isConnect).map((rule) => [rule.id, rule] as const))('%s', (id, { example }) => {
    const [request, response] = example.bytes.split('\n\n');
    const found = foundInConnect(request, { response, offered: id !== 'h2-connect-not-offered' });
    expect(found.map((line) => line.split(' ')[0])).toEqual([id]);
  });

  it.each(handshakeRules.map((rule) => [rule.id, rule] as const))('%s', (id, { example }) => {
    const [first, second] = example.bytes.split('\n\n');
    const frames = second !== undefined && !second.startsWith('HTTP') ? octets(second).length : 0;
    const answer = frames > 0 ? undefined : second;
    const request = first.startsWith('HTTP') ? exampleRequest() : first;
    const found = foundIn(
      request,
      first.startsWith('HTTP') ? first : (answer ?? (id === 'key' ? refusal('400 Bad Request') : undefined)),
      frames,
    ).map((line) => line.split(' ')[0]);
    // The version that a server refuses is a fault of its client.
    expect(found).toEqual(id === 'version-refusal' ? ['version', id] : [id]);
  });
});

describe('the example of a rule about framing', () => {
  it.each(Object.entries(FRAMES))('%s', (id, { sender, script }) => {
    const bytes = octets(findRule(id)!.example.bytes);
    const by = sender ?? (bytes[1] >= 0x80 ? 'client' : 'server');
    expect(brokenBy({ ...script, steps: [[by, bytes]] })).toEqual([`${id} ${by}`]);
  });

  it.each(Object.keys(FRAMES))('%s is written in octets', (id) => {
    expect(findRule(id)!.example.bytes).toMatch(/^[0-9a-f]{2}( [0-9a-f]{2})*$/);
  });
});
