/**
 * What is wrong with the traffic: all findings in a list, and of the current one what the rule asks, why, how it usually
 * happens and what each side is to do, with a way to the frame.
 */
import { useEffect, useState } from 'preact/hooks';
import { visible } from '../../bytes/visible.js';
import { formatTime } from '../../output/time.js';
import type { Finding } from '../../rules/finding.js';
import { SEVERITIES } from '../../rules/rule.js';
import { counted } from './amounts.js';
import { useModel } from './context.js';
import { SeverityMark } from './marks.js';
import { VirtualList } from './virtual-list.js';

const ROW = 52;

export function FindingsView() {
  const model = useModel();
  const { findings } = model.source;
  const [place, setPlace] = useState(findings.count > 0 ? 0 : -1);
  const [finding, setFinding] = useState<Finding>();
  useEffect(() => {
    let isOver = false;
    if (place >= 0)
      void findings.read(place, 1).then(([read]) => {
        if (!isOver) setFinding(read);
      });
    return () => {
      isOver = true;
    };
  }, [place]);
  const open = (found: Finding | undefined) => {
    if (found?.frame !== undefined) model.go({ view: 'frames', frame: found.frame, filter: '', session: undefined });
  };
  return (
    <div class="two-panes">
      <section class="pane" aria-label="Findings">
        <div class="pane-head">
          <h2>{counted(findings.count, 'finding')}</h2>
          <Counts />
        </div>
        <VirtualList<Finding>
          id="findings-list"
          label="Findings"
          count={findings.count}
          rowHeight={ROW}
          columns={1}
          current={place}
          of={findings}
          read={async (places) => findings.read(places[0] ?? 0, places.length)}
          cells={(one) => <Cells finding={one} />}
          onCurrent={setPlace}
          onOpen={() => open(finding)}
          empty="No rule was broken in this capture."
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

function Counts() {
  const { findings } = useModel();
  if (findings.version.value === 0) return null;
  return (
    <span class="counts">
      {SEVERITIES.filter((severity) => findings.counts[severity] > 0).map((severity) => (
        <span key={severity}>
          <SeverityMark severity={severity} /> {counted(findings.counts[severity], severity)}
        </span>
      ))}
    </span>
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
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is to be reached by keys */}
      <div class="scrolls prose" tabIndex={0} role="group" aria-label="Explanation">
        <p class={`finding ${severity}`}>{visible(message)}</p>
        <p class="faint">
          Rule {rule.id}, {rule.section}; session {session.number}, broken by the {breaker}, packet {packet},{' '}
          {formatTime(timestamp, 'relative', model.start)} s
        </p>
        {frame === undefined ? (
          <p class="faint">It is about the handshake or the end of the session, not about a frame.</p>
        ) : (
          <button type="button" onClick={onOpen}>
            Go to frame {frame}
          </button>
        )}
        {parts.map(([title, text]) => (
          <section key={title}>
            <h3>{title}</h3>
            <p>{visible(text)}</p>
          </section>
        ))}
        <h3>An example</h3>
        <pre class="content">{rule.example.bytes.split('\n').map(visible).join('\n')}</pre>
        <p>{visible(rule.example.explanation)}</p>
      </div>
    </>
  );
}
