import { describe, expect, it } from 'vitest';
import { PacketOrigins } from '../../src/capture/origins.js';
import { Packet } from '../../src/capture/packet.js';

/** Packets of these captures, in this order. */
function deliver(captures: Iterable<number>): PacketOrigins {
  const origins = new PacketOrigins();
  const packet = new Packet();
  const counts: number[] = [];
  for (const capture of captures) {
    packet.number++;
    packet.capture = capture;
    packet.numberInCapture = counts[capture] = (counts[capture] ?? 0) + 1;
    if (origins.capture !== capture) origins.note(packet);
  }
  return origins;
}

describe('PacketOrigins', () => {
  it('knows the capture of each packet, and its number there', () => {
    const order = [0, 0, 2, 0, 1, 1, 1, 2, 2, 0];
    const origins = deliver(order);
    const seen = order.map((_, index) => origins.find(index + 1));
    expect(seen.map((one) => one?.capture)).toEqual(order);
    expect(seen.map((one) => one?.packetInCapture)).toEqual([1, 2, 1, 3, 1, 2, 3, 2, 3, 4]);
    expect(origins.find(0)).toBeUndefined();
  });

  it('forgets the oldest where captures alternate', () => {
    const origins = deliver(Array.from({ length: 200_000 }, (_, index) => index % 2));
    expect(origins.find(1)).toBeUndefined();
    expect(origins.find(199_999)).toEqual({ capture: 0, packetInCapture: 100_000 });
    expect(origins.find(200_000)).toEqual({ capture: 1, packetInCapture: 100_000 });
    expect((origins as unknown as { turns: unknown[] }).turns.length).toBeLessThanOrEqual(65_536);
  });

  it('knows nothing of packets that are not numbered', () => {
    const origins = new PacketOrigins();
    const packet = new Packet();
    packet.number = 1;
    origins.note(packet);
    expect(origins.find(1)).toBeUndefined();
  });
});
