/**
 * The octets of the frame, sixteen in a row, in the colours of their fields: as on the wire, or with the payload unmasked.
 * An octet that is pointed at, or moved to by arrows, lights up its field, and of a masked payload its octet of the key.
 */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { hexByte } from '../../bytes/hex.js';
import type { Explanation } from '../../explain/explanation.js';
import { isMissing } from '../../explain/part.js';
import { counted } from './amounts.js';
import { useModel } from './context.js';
import { asciiOf, frameOctets, keyOctetFor, octetBits, overlap, partAt } from './octets.js';
import { useSize } from './use-size.js';

/** Octets in a row; and the pixels that more of them need, in the widest of the fonts. */
const WIDE = 16;
const NARROW = 8;
const ROOMY = 537;
/** Rows that are drawn at first, and more at a time. */
const PORTION = 64;

/** Octets, and rows, that a key goes on. */
const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

export function HexPane({ explanation }: { explanation: Explanation }) {
  const model = useModel();
  const { frame, parts } = explanation;
  const [masked, setMasked] = useState(true);
  const [shown, setShown] = useState(PORTION);
  const [current, setCurrent] = useState(0);
  const octets = useMemo(() => frameOctets(frame, masked), [frame, masked]);
  useEffect(() => {
    setShown(PORTION);
    setCurrent(0);
  }, [frame]);
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const inRow = width < ROOMY ? NARROW : WIDE;
  const rows = Math.ceil(octets.length / inRow);
  const lit = model.lit.value;
  const key = keyOctetFor(lit, frame);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (step === undefined || event.ctrlKey || event.altKey) return;
    const [one, row] = step;
    const at = Math.max(0, Math.min(octets.length - 1, current + one + row * inRow));
    setCurrent(at);
    setShown(Math.max(shown, Math.ceil((at + 1) / inRow)));
    model.lit.value = octetBits(at);
    event.preventDefault();
  };
  const titleOf = (at: number): string => {
    const part = parts.find(({ startBit, endBit }) =>
      overlap(octetBits(at), { start: startBit, end: endBit }),
    );
    return `byte ${at}${part === undefined ? '' : `, ${parts.find(({ name }) => name === partAt(parts, at))!.title}`}`;
  };
  return (
    <div class={inRow === NARROW ? 'hex half' : 'hex'}>
      <div class="pane-head">
        <h2>{counted(frame.headerLength + frame.length, 'byte')}</h2>
        {frame.masked && (
          <button type="button" aria-pressed={!masked} onClick={() => setMasked(!masked)}>
            Unmasked
          </button>
        )}
      </div>
      <div
        class="scrolls octets-box"
        ref={box}
        role="application"
        aria-label={`Bytes of the frame, by arrows; ${titleOf(current)} is ${hexByte(octets[current] ?? 0)}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onFocus={() => (model.lit.value = octetBits(current))}
        onMouseLeave={() => (model.lit.value = undefined)}
      >
        {Array.from({ length: Math.min(rows, shown) }, (_, row) => {
          const places = Array.from(
            { length: Math.min(inRow, octets.length - row * inRow) },
            (_, i) => row * inRow + i,
          );
          const classOf = (at: number) =>
            `part-${partAt(parts, at)}${overlap(lit, octetBits(at)) ? ' lit' : ''}${overlap(key, octetBits(at)) ? ' key-lit' : ''}${isMissing(frame, at) ? ' missing' : ''}`;
          const point = (at: number) => () => (model.lit.value = octetBits(at));
          return (
            <div class="hex-row" key={row}>
              <span class="offset">{(row * inRow).toString(16).padStart(4, '0')}</span>
              <span class="hex-octets">
                {places.map((at) => (
                  <span key={at} class={`octet ${classOf(at)}`} onMouseEnter={point(at)} title={titleOf(at)}>
                    {isMissing(frame, at) ? '??' : hexByte(octets[at])}
                  </span>
                ))}
              </span>
              <span class="hex-ascii" aria-hidden="true">
                {places.map((at) => (
                  <span key={at} class={`ascii ${classOf(at)}`} onMouseEnter={point(at)}>
                    {asciiOf(octets[at])}
                  </span>
                ))}
              </span>
            </div>
          );
        })}
        <More
          rows={rows - shown}
          behind={frame.headerLength + frame.length - octets.length}
          onMore={() => setShown(shown + 4 * PORTION)}
        />
      </div>
    </div>
  );
}

function More({ rows, behind, onMore }: { rows: number; behind: number; onMore(): void }) {
  return (
    <>
      {rows > 0 && (
        <button type="button" onClick={onMore}>
          Show more ({counted(rows, 'row')})
        </button>
      )}
      {rows <= 0 && behind > 0 && (
        <p class="faint">… {counted(behind, 'byte')} that the page does not hold</p>
      )}
    </>
  );
}
