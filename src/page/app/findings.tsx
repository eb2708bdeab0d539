/**
 * What is wrong with the traffic: all findings in a list, and of the current one what the rule asks, why, how it usually
 * happens and what each side is to do, with a way to the frame.
 */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { visible } from '../../bytes/visible.js';
import type { Finding } from '../../rules/finding.js';
import { SEVERITIES, type Severity } from '../../rules/rule.js';
import { counted, whole } from './amounts.js';
import { useModel } from './context.js';
import { readPlaces } from './lookup.js';
import { SeverityMark } from './marks.js';
import { Prose } from './prose.js';
import { timeWithUnit } from './times.js';
import { VirtualList } from './virtual-list.js';

const ROW = 52;

export function FindingsView() {
  const model = useModel();
  const { findings } = model.source;
  const session = model.session.value;
  const [severities, setSeverities] = useState<readonly Severity[]>(SEVERITIES);
  const version = model.findings.version.value;
  const frames = model.spot.value.filter === '' ? undefined : model.rows.value;
  const rows = useMemo(
    () => model.findings.rows(session, severities, frames),
    [session, severities, frames, version],
  );
  const [wanted, setPlace] = useState(0);
  const place = Math.min(wanted, rows.count - 1);
  const row = place < 0 ? undefined : rows.at(place);
  const finding = useFinding(row);
  const open = (found: Finding | undefined) => {
    if (found?.frame !== undefined)
      model.go({ view: 'frames', frame: found.frame, filter: '', session: undefined });
  };
  return (
    <div class="two-panes">
      <section class="pane" aria-label="Findings">
        <div class="pane-head">
          <h2>
            {counted(rows.count, 'finding')}
            {session !== undefined && ` of session ${session}`}
            {frames !== undefined && ', of frames that the filter holds for'}
          </h2>
          <Severities chosen={severities} onChosen={setSeverities} />
        </div>
        <VirtualList<Finding>
          id="findings-list"
          label="Findings"
          count={rows.count}
          rowHeight={ROW}
          columns={1}
          current={place}
          of={rows}
          read={(places) => readPlaces(findings, rows, places)}
          cells={(one) => <Cells finding={one} />}
          onCurrent={setPlace}
          onOpen={() => open(finding)}
          empty={
            frames === undefined && session === undefined
              ? 'No rule was broken in this capture.'
              : 'None here.'
          }
        />
      </section>
      <section class="pane" aria-label="Explanation of the finding">
        {finding === undefined ? (
          <p class="nothing">Nothing to explain.</p>
        ) : (
          <Explained finding={finding} onOpen={() => open(finding)} />
        )}
      </section>
    </div>
  );
}

/** The finding of a row; the one before as long as it is read. */
function useFinding(row: number | undefined): Finding | undefined {
  const { findings } = useModel().source;
  const [finding, setFinding] = useState<Finding>();
  useEffect(() => {
    let isOver = false;
    if (row === undefined) setFinding(undefined);
    else
      void findings.read(row, 1).then(([read]) => {
        if (!isOver) setFinding(read);
      });
    return () => {
      isOver = true;
    };
  }, [row]);
  return finding;
}

interface SeveritiesProps {
  readonly chosen: readonly Severity[];
  onChosen(chosen: readonly Severity[]): void;
}

/** Which are shown. */
function Severities({ chosen, onChosen }: SeveritiesProps) {
  const { findings } = useModel();
  if (findings.version.value === 0) return null;
  const toggled = (severity: Severity) =>
    SEVERITIES.filter((one) => chosen.includes(one) !== (one === severity));
  return (
    <div class="group" role="group" aria-label="Show">
      {SEVERITIES.filter((severity) => findings.counts[severity] > 0).map((severity) => (
        <button
          key={severity}
          type="button"
          aria-pressed={chosen.includes(severity)}
          onClick={() => onChosen(toggled(severity))}
        >
          <SeverityMark severity={severity} /> {counted(findings.counts[severity], severity)}
        </button>
      ))}
    </div>
  );
}

function Cells({ finding }: { finding: Finding }) {
  const { severity, rule, session, frame, breaker, message } = finding;
  return (
    <div role="gridcell" class="finding-row">
      <div class="session-line">
        <SeverityMark severity={severity} /> <b>{visible(rule.title)}</b>
      </div>
      <div class="session-line faint">
        <span>
          session {session.number}
          {frame === undefined ? '' : `, frame ${frame}`}, {breaker}
        </span>
        <span class="cut">{visible(message)}</span>
      </div>
    </div>
  );
}

function Explained({ finding, onOpen }: { finding: Finding; onOpen(): void }) {
  const model = useModel();
  const { rule, severity, message, frame, packet, timestamp, session, breaker } = finding;
  const parts: readonly (readonly [string, string])[] = [
    ['What the RFC asks', rule.asks],
    ['Why', rule.why],
    ['How it happens', rule.causes],
    ['What a client is to do', rule.client],
    ['What a server is to do', rule.server],
  ];
  return (
    <>
      <div class="pane-head">
        <h2>
          <SeverityMark severity={severity} words /> {visible(rule.title)}
        </h2>
      </div>
      <div class="scrolls prose" tabIndex={0} role="group" aria-label="Explanation">
        <p class={`finding ${severity}`}>{visible(message)}</p>
        <p class="faint">
          Rule {rule.id}, {rule.section}; session {session.number}, broken by the {breaker}, packet {packet},{' '}
          {timeWithUnit(timestamp, model.times.value, model.start)}
        </p>
        {frame === undefined ? (
          <p class="faint">It is about the handshake or the end of the session, not about a frame.</p>
        ) : (
          <button type="button" onClick={onOpen}>
            Go to frame {whole(frame)}
          </button>
        )}
        {parts.map(([title, text]) => (
          <section key={title}>
            <h3>{title}</h3>
            <p>
              <Prose text={text} />
            </p>
          </section>
        ))}
        <h3>An example</h3>
        <pre class="content">{rule.example.bytes.split('\n').map(visible).join('\n')}</pre>
        <p>{visible(rule.example.explanation)}</p>
      </div>
    </>
  );
}
