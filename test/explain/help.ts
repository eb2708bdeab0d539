/** Test help: explanations of bytes that are written down. */
import { type Explanation, explainFrame } from '../../src/explain/explanation.js';
import { framesOfBytes } from '../../src/explain/of-bytes.js';
import { rules } from '../../src/rules/index.js';
import type { Sender } from '../../src/websocket/frame-record.js';

export const bytesOf = (hex: string) => Buffer.from(hex.replace(/\s/g, ''), 'hex');

export function explained(hex: string, sender?: Sender): Explanation[] {
  const { frames, findings } = framesOfBytes(bytesOf(hex), rules, { sender });
  return frames.map((frame) =>
    explainFrame(
      frame,
      findings.filter((finding) => finding.frame === frame.number),
      false,
    ),
  );
}
