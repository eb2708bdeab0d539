/**
 * Copies the frame as hexadecimal, as JSON, or as a command for wscat.
 */
import { type Frame, isWholeMessage } from '../../websocket/frame-record.js';
import { useModel } from './context.js';
import { hexCopy, jsonCopy, wscatCopy } from './copies.js';
import { useMessage } from './use-message.js';

/** Characters of a command that are shown before it is copied. */
const MOST_TITLE = 400;

export function CopyButtons({ frame }: { frame: Frame }) {
  const model = useModel();
  const message = useMessage(frame);
  const { command, reason } = wscatCopy(frame, message);
  const said =
    !isWholeMessage(frame) && message !== undefined ? `what message ${message.number} says` : 'the same';
  const copy = async (what: string, text: string): Promise<void> => {
    model.say((await toClipboard(text)) ? `Copied ${what}.` : 'The browser does not let the page copy.');
  };
  return (
    <div class="copies" role="group" aria-label="Copy the frame">
      <span class="faint">Copy</span>
      <button type="button" onClick={() => void copy('as hexadecimal', hexCopy(frame))}>
        hex
      </button>
      <button type="button" onClick={() => void copy('as JSON', jsonCopy(frame))}>
        JSON
      </button>
      <button
        type="button"
        aria-disabled={command === undefined}
        title={
          command === undefined ? reason : `says ${said}, for a POSIX shell: ${command.slice(0, MOST_TITLE)}`
        }
        onClick={() => {
          if (command === undefined) model.say(`Not copied: ${reason}.`);
          else void copy(`a wscat command that says ${said}`, command);
        }}
      >
        wscat
      </button>
    </div>
  );
}

async function toClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
