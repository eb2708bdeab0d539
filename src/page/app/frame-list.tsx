/**
 * The list of frames: all, or those that the filter found; read as they come into sight.
 */
import { formatRsv, remarkText } from '../../output/frame-columns.js';
import { formatKey } from '../../websocket/mask.js';
import { isControl } from '../../websocket/opcode.js';
import { counted, whole } from './amounts.js';
import { useModel } from './context.js';
import { type Listed, readListed } from './listed.js';
import { OpcodeMark, SenderMark, SeverityMark } from './marks.js';
import { isNarrow } from './narrow.js';
import { timeText } from './times.js';
import { VirtualList } from './virtual-list.js';

const ROW = 24;
/** Characters of a payload that a row can show. */
const MOST_PREVIEW = 300;

const HEADS: readonly (readonly [name: string, title: string])[] = [
  ['number', 'No.'],
  ['time', 'Time'],
  ['session', 'Session'],
  ['direction', 'Direction'],
  ['op', 'Opcode'],
  ['flags', 'FIN RSV'],
  ['key', 'Mask'],
  ['length', 'Length'],
  ['payload', 'Payload'],
];

export function FrameList({ onOpen }: { onOpen(): void }) {
  const model = useModel();
  const { frames } = model.source;
  const rows = model.rows.value;
  const { filter, session } = model.spot.value;
  const row = model.row.value;
  const current = row !== undefined && rows.has(row) ? rows.placeOf(row) : -1;
  return (
    <>
      <VirtualList<Listed>
        id="frames-list"
        label="Frames"
        count={rows.count}
        rowHeight={ROW}
        columns={HEADS.length}
        current={current}
        of={`${session} ${filter} ${rows.count > 0}`}
        read={(places) => readListed(model.source, rows, places)}
        head={<Head />}
        rowClass={rowClass}
        cells={(listed) => <Cells listed={listed} />}
        onCurrent={(place) => model.selectPlace(place)}
        onOpen={onOpen}
        onTap={() => {
          if (isNarrow()) onOpen();
        }}
        empty={emptyText(model.busy.value, filter)}
      />
      <p class="list-foot">
        {counted(rows.count, 'frame')}
        {rows.count < frames.count ? ` of ${whole(frames.count)}` : ''}
        {model.busy.value ? ', looking for more …' : ''}
      </p>
    </>
  );
}

function Head() {
  const unit = useModel().times.value === 'relative' ? 's' : 'UTC';
  return (
    <div role="row" class="frow" aria-rowindex={1}>
      {HEADS.map(([name, title]) => (
        <div key={name} role="columnheader" class={`f-${name}`}>
          {name === 'time' ? `${title} (${unit})` : name === 'direction' ? <Direction /> : title}
        </div>
      ))}
    </div>
  );
}

/** A narrow list leaves the rest out. */
function Direction() {
  return (
    <>
      Dir<span class="rest">ection</span>
    </>
  );
}

const rowClass = ({ frame: { sender, opcode, truncated } }: Listed): string =>
  `frow ${sender}${isControl(opcode) ? ' is-control' : ''}${truncated ? ' is-cut' : ''}`;

function Cells({ listed: { frame, says, how } }: { listed: Listed }) {
  const model = useModel();
  const { number, session, sender, opcode, fin, masked, maskingKey, exactLength, timestamp } = frame;
  const severity = model.findings.severity(number);
  const remark = remarkText(frame);
  const cells: Record<string, preact.ComponentChildren> = {
    number: whole(number),
    time: <Time text={timeText(timestamp, model.times.value, model.start)} />,
    session: session.number,
    direction: <SenderMark sender={sender} />,
    op: <OpcodeMark opcode={opcode} />,
    flags: `${fin ? 'FIN' : '···'} ${formatRsv(frame).replaceAll('-', '·')}`,
    key: masked ? formatKey(maskingKey) : '–',
    length: whole(exactLength),
    payload: (
      <>
        {severity !== undefined && <SeverityMark severity={severity} />}
        {remark !== '' && <span class="remark">{remark}</span>}
        {how !== undefined && <span class="faint">{how} </span>}
        {says.length > MOST_PREVIEW ? `${says.slice(0, MOST_PREVIEW)}…` : says}
      </>
    ),
  };
  return (
    <>
      {HEADS.map(([name]) => (
        <div key={name} role="gridcell" class={`f-${name}`}>
          {cells[name]}
        </div>
      ))}
    </>
  );
}

/** The day stands apart: a narrow list leaves it out. */
function Time({ text }: { text: string }) {
  const [day, time] = text.includes(' ') ? text.split(' ') : [undefined, text];
  return (
    <>
      {day !== undefined && <span class="day">{day} </span>}
      {time}
    </>
  );
}

function emptyText(isBusy: boolean, filter: string): string {
  if (isBusy) return 'Looking …';
  return filter === ''
    ? 'There are no frames here.'
    : 'No frame is like that. Esc in the filter takes it away.';
}
