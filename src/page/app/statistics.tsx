/**
 * The statistics of the whole capture, or of the session that is chosen: totals, rates over time as a plot, and counts.
 */
import { useState } from 'preact/hooks';
import { visible } from '../../bytes/visible.js';
import { whole } from './amounts.js';
import { useModel } from './context.js';
import { RatePlot } from './rate-plot.js';
import { Bars, Endings, FragmentsAndPings, Spreads, Totals } from './statistics-cards.js';
import { closeBars, opcodeBars, rateSeries, type StatisticsFacts, sizeBars } from './statistics-facts.js';
import { useSessionStatistics } from './use-session-statistics.js';

export function Statistics() {
  const { source, spot } = useModel();
  const { session, whole: isWhole } = spot.value;
  const { count } = source.sessions;
  const ofSession = session !== undefined && !isWhole ? session : undefined;
  return (
    <div class="statistics scrolls" tabIndex={0} role="group" aria-label="Statistics">
      {count > 0 && <Choice session={session} isWhole={ofSession === undefined} />}
      {ofSession === undefined ? (
        <Numbers facts={source.overview.statistics as StatisticsFacts} sessions={count} />
      ) : (
        <OfSession key={ofSession} session={ofSession} />
      )}
    </div>
  );
}

/** Of what the numbers are. */
function Choice({ session, isWhole }: { session: number | undefined; isWhole: boolean }) {
  const model = useModel();
  const { filter } = model.spot.value;
  return (
    <div class="choice wide">
      <div class="group" role="group" aria-label="Statistics of">
        <button
          type="button"
          aria-pressed={isWhole}
          onClick={() => model.go({ whole: session !== undefined })}
        >
          Whole capture
        </button>
        {session !== undefined && (
          <button type="button" aria-pressed={!isWhole} onClick={() => model.go({ whole: false })}>
            Session {whole(session)}
          </button>
        )}
      </div>
      <span class="faint">
        {session === undefined && 'Choose a session in the list to see its own numbers.'}
        {filter !== '' && ' The filter does not count here.'}
      </span>
    </div>
  );
}

function OfSession({ session }: { session: number }) {
  const { counted, failure } = useSessionStatistics(session);
  if (counted === undefined)
    return (
      <p class="nothing wide" role="status">
        {failure ?? 'Counting …'}
      </p>
    );
  return (
    <>
      {counted.warnings.map((warning) => (
        <p key={warning} class="hint wide">
          {visible(warning)}
        </p>
      ))}
      <Numbers facts={counted.facts as StatisticsFacts} sessions={undefined} />
    </>
  );
}

/** `sessions`: how many they are of; undefined: of one that is named. */
function Numbers({ facts, sessions }: { facts: StatisticsFacts; sessions: number | undefined }) {
  const [what, setWhat] = useState<'messages' | 'bytes'>('messages');
  const rates = rateSeries(facts, what);
  return (
    <>
      <Totals facts={facts} sessions={sessions} />
      <section class="card wide">
        <div class="card-head">
          <h2>Over time</h2>
          <span class="legend">
            <span class="client-text">■ client</span> <span class="server-text">■ server</span>
          </span>
          {(['messages', 'bytes'] as const).map((one) => (
            <button key={one} type="button" aria-pressed={what === one} onClick={() => setWhat(one)}>
              {one} / s
            </button>
          ))}
        </div>
        {rates === undefined ? (
          <p class="nothing">No messages.</p>
        ) : (
          <RatePlot series={rates} what={what} start={facts.rates!.start} />
        )}
      </section>
      <Bars title="Sizes of messages (bytes)" bars={sizeBars(facts)} />
      <Bars title="Frames by opcode" bars={opcodeBars(facts)} />
      <Bars title="Close codes" bars={closeBars(facts)} />
      <Spreads facts={facts} />
      <FragmentsAndPings facts={facts} />
      <Endings facts={facts} title={sessions === undefined ? 'How it ended' : 'How sessions ended'} />
    </>
  );
}
