/**
 * What decodes the subprotocols for a command.
 */
import type { Limits } from '../limits.js';
import type { SubprotocolDecoding } from '../subprotocol/decoding.js';

/** Loaded only if wanted. Of plain JSON the content says all. */
export async function makeDecoding(
  limits: Partial<Limits>,
  defect: (code: string, message: string) => void,
): Promise<SubprotocolDecoding> {
  const { SubprotocolDecoding: Decoding } = await import('../subprotocol/decoding.js');
  return new Decoding({ limits, defect, plainJson: false });
}
