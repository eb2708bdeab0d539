/**
 * The unmasking worked octet by octet (RFC 6455 §5.3): what was on the wire, the octet of the key, and what comes out.
 */
import { hexByte } from '../../bytes/hex.js';
import type { Explanation } from '../../explain/explanation.js';
import { counted } from './amounts.js';
import { useModel } from './context.js';
import { asciiOf, octetBits, overlap } from './octets.js';

/** Octets that have room beside each other. */
const SHOWN = 12;

export function Unmasking({ explanation }: { explanation: Explanation }) {
  const model = useModel();
  const { frame } = explanation;
  const unmasking = explanation.unmasking.slice(0, SHOWN);
  const rest = explanation.unmasking.length + explanation.unmaskingRest - unmasking.length;
  if (unmasking.length === 0) return null;
  const lit = model.lit.value;
  const isLit = (index: number) =>
    lit !== undefined && lit.end - lit.start === 8 && overlap(lit, bitsAt(index));
  const bitsAt = (index: number) => octetBits(frame.headerLength + index);
  const rows: readonly (readonly [string, string, (i: number) => string])[] = [
    ['on the wire', 'part-payload', (i) => hexByte(unmasking[i].wire)],
    ['XOR key', 'part-key', (i) => hexByte(unmasking[i].key)],
    ['= payload', 'part-payload', (i) => hexByte(unmasking[i].result)],
    ['as text', '', (i) => asciiOf(unmasking[i].result)],
  ];
  return (
    <figure class="unmasking" onMouseLeave={() => (model.lit.value = undefined)}>
      <figcaption>Unmasking: byte i of the payload XOR byte i mod 4 of the key (§5.3)</figcaption>
      <table>
        <tbody>
          <tr>
            <th scope="row">i</th>
            {unmasking.map(({ index }) => (
              <td key={index} class="faint">
                {index}
              </td>
            ))}
          </tr>
          {rows.map(([title, part, cell]) => (
            <tr key={title}>
              <th scope="row">{title}</th>
              {unmasking.map(({ index }, i) => (
                <td
                  key={index}
                  class={`${part}${isLit(index) ? ' lit' : ''}`}
                  onMouseEnter={() => (model.lit.value = bitsAt(index))}
                >
                  {cell(i)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rest > 0 && <p class="faint">… {counted(rest, 'more byte')}</p>}
    </figure>
  );
}
