import { describe, expect, it } from 'vitest';
import { PacketConnections } from '../../src/rewrite/packet-connections.js';

describe('the connection of a packet', () => {
  it('is what was told, however many packets there are', () => {
    const connections = new PacketConnections();
    const count = 400_000;
    for (let packet = 1; packet <= count; packet++)
      if (packet % 3 > 0) connections.assigned(packet, packet % 1000, packet % 2 === 0 ? 0 : 1);
    for (const packet of [1, 2, 3, 16_383, 16_384, 16_385, 100_000, count - 1, count, 5]) {
      const side = packet % 2 === 0 ? 0 : 1;
      expect(connections.of(packet)).toEqual(
        packet % 3 > 0 ? { connection: packet % 1000, side, isFragment: false } : undefined,
      );
    }
    expect(connections.of(count + 1)).toBeUndefined();
    connections.close();
  });

  it('is for a fragment that of the packet that completes its datagram, also of fragments in fragments', () => {
    const connections = new PacketConnections();
    // Fragments 1 and 2 are the first fragment of a datagram, which 3 completes; 4 is a late copy.
    connections.related(1, 1);
    connections.related(2, 1);
    connections.related(1, 2);
    connections.related(2, 2);
    connections.related(3, 2);
    connections.related(2, 3);
    connections.assigned(3, 7, 1);
    connections.related(4, 1);
    for (const packet of [1, 2, 3, 4])
      expect(connections.of(packet)).toEqual({ connection: 7, side: 1, isFragment: true });
    // One that never becomes whole.
    connections.related(11, 10);
    connections.related(10, 11);
    expect(connections.of(11)).toBeUndefined();
    connections.close();
  });
});
