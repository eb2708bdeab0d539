import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { decodeBlock, encodeBlock } from '../../src/page/block.js';
import { BlockSource } from '../../src/page/block-source.js';
import { frameCodec } from '../../src/page/record-codecs.js';
import { sessionCodec } from '../../src/page/session-codec.js';
import { fixturesRoot } from '../support/fixtures.js';
import { collect } from './collected.js';

it('reads the sessions that frames name by turns a block at a time', async () => {
  const { index, told } = await collect([`${fixturesRoot}ws-hello/capture.pcap`]);
  const [[frame], [summary]] = [told.frames, told.sessions];
  const outgoing = { bytes() {}, session() {}, rule: () => 0 };
  const json = (number: number) => {
    const session = { ...summary.session, number };
    return {
      session: JSON.stringify(sessionCodec.encode({ ...summary, session }, outgoing)),
      frame: JSON.stringify(frameCodec(0).encode({ ...frame, session, message: undefined }, outgoing)),
    };
  };
  // A hundred sessions, two in a block: first all odd ones are named, then all even ones.
  const numbers = Array.from({ length: 100 }, (_, i) => (i < 50 ? 2 * i + 1 : 2 * (i - 50) + 2));
  const asked: number[] = [];
  const source = new BlockSource(
    { ...index, tables: { ...index.tables, frames: [100], sessions: Array.from({ length: 50 }, () => 2) } },
    {
      async block(table, block) {
        if (table === 'sessions') asked.push(block);
        const rows =
          table === 'sessions'
            ? [json(2 * block + 1).session, json(2 * block + 2).session]
            : numbers.map((number) => json(number).frame);
        return gzipSync(encodeBlock(rows, table === 'frames' ? numbers : [], new Uint8Array(0)));
      },
    },
  );
  const frames = await source.frames.read(0, 100);
  expect(frames.map(({ session }) => session.number)).toEqual(numbers);
  expect(asked).toEqual(Array.from({ length: 50 }, (_, i) => i));
});

it('decodes nothing of blocks that do not name the session that is asked for', async () => {
  const { source, told } = await collect([`${fixturesRoot}messages-socketio/capture.pcap.gz`]);
  const rowsOf = async (filter: string) => {
    const rows: number[] = [];
    for await (const portion of source.filter(filter, new AbortController().signal)) rows.push(...portion);
    return rows;
  };
  for (const number of [1, 2, 3, 4])
    expect(await rowsOf(`(ws.session == ${number}) && (ws.length > 10)`)).toEqual(
      told.frames.flatMap(({ session, length }, row) =>
        session.number === number && length > 10 ? [row] : [],
      ),
    );
  const block = encodeBlock(['["a"]'], [7], new Uint8Array(0));
  const decoded: unknown[] = [];
  const codec = { encode: () => 0, decode: (json: unknown) => decoded.push(json) };
  const elsewhere = { sessions: async () => new Map(), rule: () => expect.unreachable() };
  expect(await decodeBlock(block, codec, elsewhere, 8)).toEqual([]);
  expect(decoded).toEqual([]);
  expect(await decodeBlock(block, codec, elsewhere, 7)).toHaveLength(1);
});
