/**
 * The figure of RFC 6455 §5.2, filled with the bits of the frame: 32 columns, a cell for each part of a row.
 */
import { ROW_BITS } from '../../explain/diagram.js';
import type { Explanation } from '../../explain/explanation.js';
import { counted } from './amounts.js';
import { useModel } from './context.js';
import { overlap } from './octets.js';

export function Diagram({ explanation }: { explanation: Explanation }) {
  const model = useModel();
  const { diagram, parts } = explanation;
  const lit = model.lit.value;
  const said = parts.map(({ title, value }) => `${title} ${value}`).join(', ');
  return (
    <figure
      class="diagram"
      aria-label={`The bits of the frame: ${said}`}
      onMouseLeave={() => (model.lit.value = undefined)}
    >
      <div class="ruler" aria-hidden="true">
        {Array.from({ length: ROW_BITS }, (_, bit) => (
          <span key={bit} class={bit % 8 === 0 ? 'octet-start' : ''}>
            {bit}
          </span>
        ))}
      </div>
      <div class="figure" aria-hidden="true">
        {diagram.rows.flatMap((row, at) =>
          row.map(({ part, title, start, end, bits, continued }) => {
            const place = { start: at * ROW_BITS + start, end: at * ROW_BITS + end };
            const whole = parts.find(({ name }) => name === part)!;
            return (
              <div
                key={place.start}
                class={`cell part-${part}${overlap(lit, place) ? ' lit' : ''}${end - start === 1 ? ' one-bit' : ''}`}
                style={{ gridColumn: `${start + 1} / ${end + 1}` }}
                onMouseEnter={() => (model.lit.value = { start: whole.startBit, end: whole.endBit })}
              >
                <span class="cell-title">
                  {end - start === 1
                    ? title.split('').map((letter, i) => (
                        <span class="letter" key={i}>
                          {letter}
                        </span>
                      ))
                    : continued
                      ? `${title} …`
                      : title}
                </span>
                <span class="cell-bits">
                  {bits.split('').map((bit, i) => (
                    <span class="bit" key={i}>
                      {bit}
                    </span>
                  ))}
                </span>
              </div>
            );
          }),
        )}
      </div>
      {diagram.omitted > 0 && <figcaption>… {counted(diagram.omitted, 'more byte')} of payload</figcaption>}
    </figure>
  );
}
