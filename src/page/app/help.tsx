/**
 * What the keys do, and the colours mean: a dialog.
 */
import { useEffect, useRef } from 'preact/hooks';
import { useModel } from './context.js';

const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ['/', 'write a filter'],
  ['1 … 5, Ctrl ← →', 'go to a view'],
  ['↑ ↓, PageUp PageDown, Home End', 'move in a list'],
  ['Enter', 'open what is current'],
  ['+ - 0', 'zoom the timeline'],
  ['→ ←', 'open and close a branch of the details'],
  ['Tab', 'go from pane to pane'],
  ['↓ ↑, Enter or Tab', 'choose and take a field while writing a filter'],
  ['Esc', 'leave: the list of fields, the filter, the frame, this help'],
  ['Alt ← →', 'back and forward, as in any page'],
  ['?', 'this help'],
];

const FILTERS: readonly (readonly [filter: string, what: string])[] = [
  ['websocket.opcode == ping', 'all Pings'],
  ['ws.sender == client && ws.length > 1000', 'long frames of the client'],
  ['websocket.payload contains "error"', 'octets in payloads'],
  ['ws.json.type == "order"', 'members of JSON'],
  ['ws.finding.severity == error', 'frames that break a rule'],
  ['frame.time_relative < 2', 'the first two seconds'],
];

export function Help() {
  const model = useModel();
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = model.helpOpen.value;
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  const take = (filter: string): void => {
    model.helpOpen.value = false;
    model.go({ filter });
  };
  return (
    <dialog
      ref={dialog}
      class="help"
      aria-labelledby="help-title"
      onClose={() => (model.helpOpen.value = false)}
    >
      <h2 id="help-title">Help</h2>
      <h3>Keys</h3>
      <dl>
        {KEYS.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <h3>Filters</h3>
      <p>
        As in Wireshark, with its names; <code>wsdissect fields</code> lists them all.
      </p>
      <dl>
        {FILTERS.map(([filter, what]) => (
          <div key={filter}>
            <dt>
              <button type="button" class="link" onClick={() => take(filter)}>
                <code>{filter}</code>
              </button>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
