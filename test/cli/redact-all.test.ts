/**
 * `export pcapng --redact` of every capture there is: what is written has the same frames, header by header; where it cannot,
 * the program says so, and the captures are listed here.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runDissection } from '../../src/dissect.js';
import { wsdissect } from '../support/cli.js';
import { fixturesRoot } from '../support/fixtures.js';

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
afterAll(() => rmSync(folder, { recursive: true }));
const out = join(folder, 'out.pcapng');

const CAPTURES = (readdirSync(fixturesRoot, { recursive: true }) as string[])
  .filter((name) => /\.pcap(ng)?(\.(gz|zst|lz4))?$/.test(name))
  .sort();

/** Of which less is kept, why, and what is said of it. */
const LESS: readonly (readonly [captures: RegExp, said: RegExp])[] = [
  // What is in HTTP/2 is carried in h2Frames, whose heads are compressed with what other heads said.
  [
    /^(h2-connect\/capture|h2c-faults|h2c-parallel|tls-lossy)/,
    /left out: \d+ sessions? in HTTP\/2 without TLS/,
  ],
  // A fragment says nothing of where in the stream it lies.
  [/^(ip-fragments\/|derived\/network-fragments-)/, /left out: \d+ packets? of WebSockets: fragments/],
];

/** Facts of the headers of each sender's frames, in order, by session and sender, and what sessions came to. */
async function factsOf(file: string): Promise<Record<string, unknown[]>> {
  const facts: Record<string, unknown[]> = {};
  const add = (key: string, fact: unknown) => {
    (facts[key] ??= []).push(fact);
  };
  await runDissection(file, {
    frame: ({ session, sender, fin, rsv1, rsv2, rsv3, opcode, masked, maskingKey, ...frame }) => {
      const { lengthForm, exactLength, missing, truncated } = frame;
      add(`${session.number} ${sender}`, [
        [fin, rsv1, rsv2, rsv3, opcode, masked, maskingKey, lengthForm],
        [String(exactLength), missing, truncated],
      ]);
    },
    sessionClosed: ({ session: { number, client, server, handshake }, frames, missingBytes, cutHeader }) =>
      add('sessions', [number, client, server, handshake?.status, frames, missingBytes, cutHeader]),
  });
  facts.sessions?.sort();
  return facts;
}

function redact(name: string): string {
  const { status, stderr } = wsdissect(['export', 'pcapng', '--redact', '-o', out, `${fixturesRoot}${name}`]);
  expect([0, 2]).toContain(status);
  return stderr;
}

describe.each(CAPTURES)('%s', (name) => {
  const [, said] = LESS.find(([captures]) => captures.test(name)) ?? [];
  it(said === undefined ? 'has the same frames' : 'has less, which is said', async () => {
    const stderr = redact(name);
    const told = existsSync(out) ? await factsOf(out) : {};
    const facts = await factsOf(`${fixturesRoot}${name}`);
    if (said === undefined) {
      expect(told).toEqual(facts);
      expect(stderr).not.toMatch(/left out|overwritten with their headers/);
    } else {
      expect(told).not.toEqual(facts);
      expect(stderr).toMatch(said);
    }
    rmSync(out, { force: true });
  });
});
