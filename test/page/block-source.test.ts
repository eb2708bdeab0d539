import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { encodeBlock } from '../../src/page/block.js';
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
