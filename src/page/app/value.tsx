/**
 * What a capture says, shown as it is written, and as much of it as is worth a line: the octets pane has all.
 */
import { visible } from '../../bytes/visible.js';

/** Characters. */
const MOST = 400;

export function Value({ text }: { text: string }) {
  const shown = visible(text);
  return <code class="value">{shown.length > MOST ? `${shown.slice(0, MOST)}…` : shown}</code>;
}
