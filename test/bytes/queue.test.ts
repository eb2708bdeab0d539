import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteQueue } from '../../src/bytes/queue.js';

const content = (queue: ByteQueue) => [...queue.bytes.subarray(queue.start, queue.end)];

describe('ByteQueue', () => {
  it('lends a block in place when nothing is left over', () => {
    const queue = new ByteQueue();
    const block = Uint8Array.of(0, 1, 2, 3, 4);
    queue.push(block, 1, 4);
    expect([queue.bytes === block, queue.start, queue.end, queue.offset, queue.length]).toEqual([
      true,
      1,
      4,
      0,
      3,
    ]);
  });

  it('completes a record in the headroom of the next block, without moving that block', () => {
    const queue = new ByteQueue();
    queue.push(Uint8Array.of(1, 2, 3));
    queue.start += 1;
    const next = Uint8Array.of(9, 9, 9, 4, 5);
    queue.push(next, 3, 5);
    expect([queue.bytes === next, content(queue), queue.offset]).toEqual([true, [2, 3, 4, 5], 1]);
    expect([...next]).toEqual([9, 2, 3, 4, 5]);
  });

  it('does not take bytes of the same buffer for headroom', () => {
    const buffer = Uint8Array.of(1, 2, 3, 4, 5, 6);
    const queue = new ByteQueue();
    queue.push(buffer, 0, 3);
    queue.push(buffer, 3, 6);
    expect(content(queue)).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...buffer]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('appends a trickle without moving what is there for each byte', () => {
    const queue = new ByteQueue();
    const size = 300_000;
    const start = performance.now();
    for (let i = 0; i < size; i++) queue.push(Uint8Array.of(i & 0xff));
    expect(queue.length).toBe(size);
    expect(performance.now() - start).toBeLessThan(5_000);
    expect([queue.bytes[queue.start], queue.bytes[queue.end - 1]]).toEqual([0, (size - 1) & 0xff]);
  });

  it('gives back every byte in order, whatever the blocks, headrooms and reads', () => {
    const step = fc.record({
      size: fc.integer({ min: 0, max: 9000 }),
      headroom: fc.constantFrom(0, 3, 10_000),
      take: fc.integer({ min: 0, max: 12_000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const queue = new ByteQueue();
        let written = 0;
        let read = 0;
        for (const { size, headroom, take } of steps) {
          const block = new Uint8Array(headroom + size + 2);
          for (let i = 0; i < size; i++) block[headroom + i] = (written + i) % 251;
          queue.push(block, headroom, headroom + size);
          written += size;
          expect([queue.offset, queue.length]).toEqual([read, written - read]);
          const count = Math.min(take, queue.length);
          for (let i = 0; i < count; i++) {
            if (queue.bytes[queue.start + i] !== (read + i) % 251)
              throw new Error(`byte ${read + i} differs`);
          }
          queue.start += count;
          read += count;
        }
      }),
    );
  });
});
