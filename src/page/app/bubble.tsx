/**
 * One message of the conversation: who said it and when, what it is in its subprotocol, and what it says: text by lines,
 * JSON laid out, anything else in hexadecimal. A long one is cut, and opened on demand.
 */
import { useState } from 'preact/hooks';
import { hexLines } from '../../bytes/hex.js';
import { textOfOctets } from '../../bytes/octets.js';
import { visible } from '../../bytes/visible.js';
import { describeDecoded } from '../../output/decoded-text.js';
import { messageRemarks } from '../../output/message-columns.js';
import { prettyJson, prettyText } from '../../output/pretty-json.js';
import { formatTime } from '../../output/time.js';
import { secondsBetween } from '../../stream/place.js';
import type { Decoded } from '../../subprotocol/decoder.js';
import { closeCodeName } from '../../websocket/close.js';
import { CLOSE, isControl, TEXT } from '../../websocket/opcode.js';
import type { PageMessage } from '../source.js';
import { counted, duration, whole } from './amounts.js';
import { useModel } from './context.js';
import { OpcodeMark, SenderMark, SeverityMark } from './marks.js';
import type { Said } from './message-feed.js';
import { timeWithUnit } from './times.js';

/** Lines, and octets, of a message before it is opened, and then. */
const FIRST = { lines: 14, octets: 2048 };
const OPENED = { lines: 2000, octets: 256 * 1024 };
const COLUMNS = 72;
/** Seconds of silence that are told. */
const PAUSE = 1;

export function Bubble({ said, before }: { said: Said; before: PageMessage | undefined }) {
  const model = useModel();
  const { message, passed } = said;
  const { number, sender, session, opcode, timestamp, frames, decoded } = message;
  const since = before && secondsBetween(before.timestamp, timestamp);
  const findings = frames.flatMap((frame) => model.findings.of(frame));
  const selected = model.frame.value;
  const isSelected = selected !== undefined && frames.includes(selected.number);
  const remarks = messageRemarks(message);
  const goTo = () => model.go({ view: 'frames', frame: frames[0] });
  return (
    <>
      {passed.length > 0 && (
        <p class="between">
          · {passed.length === 1 ? 'a Ping or Pong' : `${passed.length} Pings and Pongs`} ·
        </p>
      )}
      {since !== undefined && since >= PAUSE && <p class="between">{duration(since)} later</p>}
      <article
        class={`bubble ${sender}${isControl(opcode) ? ' control' : ''}${isSelected ? ' selected' : ''}`}
        aria-labelledby={`said-${number}`}
      >
        <header id={`said-${number}`}>
          <SenderMark sender={sender} /> <OpcodeMark opcode={opcode} />
          <span class="faint" title={formatTime(timestamp, 'utc', model.start)}>
            {timeWithUnit(timestamp, model.times.value, model.start)}
            {since !== undefined && ` (+${duration(since)})`}
          </span>
          {model.session.value === undefined && <span class="faint">session {session.number}</span>}
          <span class="faint">{sizeText(message)}</span>
          <button type="button" class="link" onClick={goTo}>
            frame {whole(frames[0] ?? 0)}
            {frames.length > 1 && ` and ${frames.length - 1} more`}
          </button>
        </header>
        {decoded !== undefined && <DecodedFacts decoded={decoded} />}
        {remarks.length > 0 && <p class="remark">{remarks.join('; ')}</p>}
        <Content message={message} />
        {findings.map(({ severity, rule, message: told }, i) => (
          <p key={i} class={`finding ${severity}`}>
            <SeverityMark severity={severity} words /> {visible(told)}{' '}
            <span class="section">{rule.section}</span>
          </p>
        ))}
      </article>
    </>
  );
}

/** The facts of a unit are there when they are asked for. */
function DecodedFacts({ decoded }: { decoded: Decoded }) {
  const facts = decoded.parts?.map(({ value }) => value) ?? decoded.value;
  const told = describeDecoded(decoded);
  if (facts === null) return <p class="decoded">{told}</p>;
  const lines = prettyJson(JSON.stringify(facts), COLUMNS) ?? [JSON.stringify(facts)];
  return (
    <details class="decoded">
      <summary>{told}</summary>
      <pre class="content">{lines.slice(0, OPENED.lines).map(visible).join('\n')}</pre>
    </details>
  );
}

function sizeText({ length, wireLength, compressed }: PageMessage): string {
  return `${whole(length)} B${compressed ? `, ${whole(wireLength)} compressed` : ''}`;
}

function Content({ message }: { message: PageMessage }) {
  const [isOpen, setOpen] = useState(false);
  const { lines, isCut } = contentLines(message, isOpen ? OPENED : FIRST);
  if (message.length === 0) return <p class="faint">empty</p>;
  return (
    <>
      <pre class="content">{lines.join('\n')}</pre>
      {(isCut || isOpen) && (
        <button type="button" class="link" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Show less' : `Show more (${counted(message.length, 'byte')})`}
        </button>
      )}
      {isOpen && isCut && <p class="faint">The rest is too long to be shown; export it to look at it.</p>}
    </>
  );
}

function contentLines(message: PageMessage, most: typeof FIRST): { lines: string[]; isCut: boolean } {
  const { opcode, close, content, length } = message;
  if (opcode === CLOSE && close !== undefined)
    return {
      lines: [`${close.code} ${closeCodeName(close.code)}`, visible(close.reason)].filter(Boolean),
      isCut: false,
    };
  const all =
    opcode === TEXT || isReadable(content)
      ? textLines(content, most.octets)
      : hexLines(content.subarray(0, most.octets));
  const lines = all.slice(0, most.lines);
  return { lines, isCut: lines.length < all.length || length > Math.min(content.length, most.octets) };
}

/** Laid out if it is JSON, whatever its length: the lines are cut behind. */
function textLines(content: Uint8Array, most: number): string[] {
  if (content.length <= OPENED.octets) {
    const json = prettyText(textOfOctets(content), COLUMNS);
    if (json !== undefined)
      return json.map((line) => visible(line.length > most ? `${line.slice(0, most)}…` : line));
  }
  return textOfOctets(content.subarray(0, most)).split(/\r?\n/).map(visible);
}

/** Of control frames, and of binary ones that are text none the less: ASCII. */
function isReadable(content: Uint8Array): boolean {
  return content.length > 0 && content.every((octet) => (octet >= 0x20 && octet < 0x7f) || octet === 10);
}
