import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageOrder } from '../../src/websocket/message-order.js';
import type { DecodedMessage, Message } from '../../src/websocket/message-record.js';

/** `name@packet`, captured in as many seconds, and `wait` or `free` for what becomes of the bytes behind the holes. */
type Step = string;

function run(steps: readonly Step[], { limit, patience }: { limit?: number; patience?: number } = {}) {
  const told: string[] = [];
  const numbers: number[] = [];
  const late: number[] = [];
  let waits = false;
  const order = new MessageOrder({
    bytesWait: () => waits,
    message: (message) => {
      told.push(nameOf(message));
      numbers.push(message.number);
    },
    late: ({ number }) => late.push(number),
    limit,
    patience,
  });
  for (const step of steps) {
    if (step === 'wait' || step === 'free') waits = step === 'wait';
    else if (step === 'settle') order.settle();
    else if (step === 'release') order.release();
    else if (step.startsWith('behind ')) order.behind(() => void told.push(step.slice(7)));
    else order.add(message(step), Number(step.split('@')[1]));
  }
  return { told: told.join(' '), numbers, late };
}

const message = (name: string) =>
  ({
    number: 0,
    content: new TextEncoder().encode(name),
    timestamp: { seconds: Number(name.split('@')[1]), nanoseconds: 0 },
  }) as unknown as DecodedMessage;
const nameOf = ({ content }: Message) => new TextDecoder().decode(content);

describe('messages', () => {
  it.each<[string, Step[], string]>([
    ['pass at once while nothing waits', ['a@1', 'b@2'], 'a@1 b@2'],
    ['are held back while bytes wait', ['a@1', 'wait', 'b@3', 'settle'], 'a@1'],
    ['go in the order of capture once nothing waits', ['wait', 'b@3', 'a@2', 'free', 'settle'], 'a@2 b@3'],
    [
      'stay held back until a packet is over, though nothing waits',
      ['wait', 'b@3', 'free', 'a@2', 'c@1'],
      '',
    ],
    ['of one packet keep their order', ['wait', 'a@2', 'b@2', 'c@1', 'release'], 'c@1 a@2 b@2'],
    ['go when nobody is to wait any longer', ['wait', 'b@3', 'a@2', 'release', 'c@4'], 'a@2 b@3'],
    [
      'go before what is to come behind them',
      ['wait', 'b@3', 'behind end', 'a@2', 'c@4', 'release', 'behind all'],
      'a@2 b@3 end c@4 all',
    ],
  ])('%s', (_name, steps, expected) => {
    expect(run(steps).told).toBe(expected);
  });

  it('are numbered as they go', () => {
    expect(run(['a@1', 'wait', 'c@3', 'b@2', 'release', 'd@4', 'release']).numbers).toEqual([1, 2, 3, 4]);
  });

  it('beyond the limit go half by half, and what comes too late is told of', () => {
    const steps = ['wait', 'd@4', 'b@2', 'c@3', 'a@1', 'free', 'settle'];
    expect(run(steps, { limit: 3 * 515 })).toEqual({
      told: 'a@1 b@2 c@3 d@4',
      numbers: [1, 2, 3, 4],
      late: [],
    });
    expect(run(steps, { limit: 2 * 515 })).toEqual({
      told: 'b@2 c@3 a@1 d@4',
      numbers: [1, 2, 3, 4],
      late: [3],
    });
  });

  it('are not held back for longer than the patience, by the clock of the capture', () => {
    const steps = ['wait', 'c@13', 'd@14', 'b@12', 'e@15', 'f@23', 'a@11'];
    expect(run(steps, { patience: 10 })).toEqual({ told: 'b@12 c@13', numbers: [1, 2], late: [] });
    expect(run([...steps, 'g@26', 'release'], { patience: 10 })).toEqual({
      told: 'b@12 c@13 a@11 d@14 e@15 f@23 g@26',
      numbers: [1, 2, 3, 4, 5, 6, 7],
      late: [3],
    });
  });

  it('are never lost, and in order whatever comes, within the limit', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50)), (packets) => {
        const { told, late } = run(['wait', ...packets.map((packet, i) => `${i}@${packet}`), 'release']);
        const sorted = packets.map((packet, i) => ({ packet, i })).sort((a, b) => a.packet - b.packet);
        expect(told).toBe(sorted.map(({ packet, i }) => `${i}@${packet}`).join(' '));
        expect(late).toEqual([]);
      }),
    );
  });
});
