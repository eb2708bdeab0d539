/**
 * A filter for frames that asks what messages say tells of the frames that hold no more than a part of one.
 */
import { expect, test } from 'vitest';
import { wsdissect } from '../support/cli.js';

const DEFLATE = 'fixtures/deflate/capture.pcap';

/** Compressed frames of data messages, and fragments, as the list has them. */
function parts(): number {
  const { stdout } = wsdissect(['-q', '-T', 'ndjson', DEFLATE]);
  const frames = stdout.split('\n').filter(Boolean);
  return frames
    .map((line) => JSON.parse(line))
    .filter(({ opcode, fin, rsv1 }) => opcode === 'continuation' || !fin || rsv1).length;
}

test.each(['websocket.payload.text contains "ETH"', 'ws.json.type == ticker'])(
  '%s: a warning with their count',
  (filter) => {
    const count = parts();
    expect(count).toBeGreaterThan(0);
    expect(wsdissect(['-Y', filter, DEFLATE]).stderr).toContain(
      `wsdissect: warning: ${count} of the frames are compressed or fragments: messages -Y looks into them\n`,
    );
  },
);

test.each([
  [['-q', '-Y', 'ws.json.type == ticker']],
  [['-Y', 'websocket.opcode == text']],
  [['messages', '-Y', 'ws.json.type == ticker']],
])('%j: none', (args) => {
  expect(wsdissect([...args, DEFLATE]).stderr).not.toContain('looks into them');
});
