/**
 * The three panes: the list of frames, what the selected one says field by field, and its bits and octets. What is pointed
 * at in one lights up in the others.
 */
import { useRef, useState } from 'preact/hooks';
import { useModel } from './context.js';
import { CopyButtons } from './copy-buttons.js';
import { Details } from './details.js';
import { Diagram } from './diagram.js';
import { FrameList } from './frame-list.js';
import { HexPane } from './hex.js';
import { Splitter } from './splitter.js';
import { Unmasking } from './unmasking.js';
import { useExplanation } from './use-explanation.js';

type Pane = 'list' | 'fields' | 'octets';
const PANES: readonly (readonly [Pane, string])[] = [
  ['list', 'List'],
  ['fields', 'Fields'],
  ['octets', 'Bits and bytes'],
];

export function FramesView() {
  const model = useModel();
  const frame = model.frame.value;
  const explanation = useExplanation(frame);
  const [pane, setPane] = useState<Pane>(model.spot.value.frame === undefined ? 'list' : 'fields');
  const panes = useRef<HTMLDivElement>(null);
  return (
    <div class={`panes pane-${pane}`} ref={panes}>
      <div class="pane-switch narrow-only" role="group" aria-label="Pane">
        {PANES.map(([one, title]) => (
          <button key={one} type="button" aria-pressed={pane === one} onClick={() => setPane(one)}>
            {title}
          </button>
        ))}
      </div>
      <section class="pane list" aria-label="Frames">
        <FrameList onOpen={() => setPane('fields')} />
      </section>
      <Splitter panes={panes} />
      <section class="pane fields" aria-label="Fields of the frame">
        {explanation === undefined ? (
          <p class="nothing">Select a frame in the list to see what each of its fields says.</p>
        ) : (
          <Details explanation={explanation} />
        )}
      </section>
      <section class="pane octets" aria-label="Bits and bytes of the frame">
        {explanation === undefined ? (
          <p class="nothing">Here are its bits, its octets, and how they are unmasked.</p>
        ) : (
          <>
            <div class="pane-head">
              <h2>Bits (RFC 6455 §5.2)</h2>
              <CopyButtons frame={explanation.frame} />
            </div>
            <div class="scrolls" tabIndex={0} role="group" aria-label="Bit diagram and unmasking">
              <Diagram explanation={explanation} />
              <Unmasking explanation={explanation} />
            </div>
            <HexPane explanation={explanation} />
          </>
        )}
      </section>
    </div>
  );
}
