/**
 * The sessions of the capture: one is chosen, or all. How each ended is told, and the worst that was found of it marked.
 */
import { useState } from 'preact/hooks';
import { visible } from '../../bytes/visible.js';
import { closeStory } from '../../output/close-story.js';
import { secondsBetween } from '../../stream/place.js';
import type { SessionSummary } from '../../websocket/session-record.js';
import { counted, duration, whole } from './amounts.js';
import { useModel } from './context.js';
import { readPlaces } from './lookup.js';
import { SeverityMark } from './marks.js';
import { allRows } from './rows.js';
import { VirtualList } from './virtual-list.js';

const ROW = 76;

export function Sessions({ onChosen }: { onChosen(): void }) {
  const model = useModel();
  const { sessions, frames } = model.source;
  const chosen = model.session.value;
  const [place, setPlace] = useState(-1);
  const choose = (session: number | undefined): void => {
    model.go({ session, frame: undefined, whole: false });
    onChosen();
  };
  const take = async (at: number): Promise<void> => {
    setPlace(at);
    const [summary] = await sessions.read(at, 1);
    if (summary !== undefined) choose(summary.session.number);
  };
  return (
    <>
      <div class="pane-head">
        <h2>{counted(sessions.count, 'session')}</h2>
        <button type="button" aria-pressed={chosen === undefined} onClick={() => choose(undefined)}>
          All ({whole(frames.count)} frames)
        </button>
      </div>
      <VirtualList<SessionSummary>
        id="sessions-list"
        label="Sessions"
        count={sessions.count}
        rowHeight={ROW}
        columns={1}
        current={place}
        of={sessions}
        read={(places) => readPlaces(sessions, allRows(sessions.count), places)}
        rowClass={({ session }) => (session.number === chosen ? 'chosen' : '')}
        cells={(summary) => <Cells summary={summary} />}
        onCurrent={(at) => void take(at)}
        empty="No session was found in this capture."
      />
    </>
  );
}

function Cells({ summary }: { summary: SessionSummary }) {
  const model = useModel();
  const { session, frames, ended } = summary;
  const { number, client, server, host, path, handshake, opened } = session;
  const severity = model.findings.severityOfSession(number);
  const target = `${visible(host ?? server)}${visible(path ?? '')}`;
  const story = closeStory(summary);
  return (
    <div role="gridcell" class="session">
      <div class="session-line">
        <b>{number}</b>{' '}
        <span class="session-target" title={target}>
          {target}
        </span>
        {severity !== undefined && <SeverityMark severity={severity} />}
      </div>
      <div class="session-line faint">
        <span class="session-addresses">
          {client} → {server}
        </span>
        {handshake?.subprotocol !== undefined && <span class="chip">{visible(handshake.subprotocol)}</span>}
      </div>
      <div class="session-line faint" title={story}>
        <span>
          <span class="client-text">{whole(frames.client)} ↑</span>{' '}
          <span class="server-text">{whole(frames.server)} ↓</span> {duration(secondsBetween(opened, ended))}
        </span>
        <span class="cut">{story}</span>
      </div>
    </div>
  );
}
