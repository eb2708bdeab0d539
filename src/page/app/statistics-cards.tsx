/**
 * The numbers of the statistics: totals, and counts as bars that are tables, too.
 */
import { SENDERS, type Sender } from '../../websocket/frame-record.js';
import { duration, size, whole } from './amounts.js';
import { type Bar, type BySender, endingsOf, type Sizes, type StatisticsFacts } from './statistics-facts.js';

/** Characters of a label that leave the bars most of the room. */
const SHORT_LABEL = 14;

interface TotalsProps {
  readonly facts: StatisticsFacts;
  /** How many they are of; undefined: of one that is named. */
  readonly sessions: number | undefined;
}

export function Totals({ facts, sessions }: TotalsProps) {
  const { firstTime, lastTime, frames, messages, bytes, compression } = facts;
  const time = firstTime === null || lastTime === null ? '–' : duration(lastTime - firstTime);
  const sides = (of: BySender<number>, show: (n: number) => string) => (
    <>
      <span class="client-text amount">{show(of.client)}</span> /{' '}
      <span class="server-text amount">{show(of.server)}</span>
    </>
  );
  const ratio = ({ ratio }: { ratio: number | null }) => (ratio === null ? '–' : `${ratio.toFixed(1)} : 1`);
  const totals: readonly (readonly [string, preact.ComponentChildren])[] = [
    ...(sessions === undefined ? [] : [['sessions', whole(sessions)] as const]),
    ['from first to last', time],
    ['frames', sides(frames, whole)],
    ['messages', sides(messages, whole)],
    ['payload', sides(bytes, size)],
    [
      'compression',
      <>
        <span class="client-text amount">{ratio(compression.client)}</span> /{' '}
        <span class="server-text amount">{ratio(compression.server)}</span>
      </>,
    ],
  ];
  return (
    <dl class="totals wide">
      {totals.map(([title, value]) => (
        <div key={title} class="card">
          <dt>{title}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Bars({ title, bars }: { title: string; bars: readonly Bar[] }) {
  const most = Math.max(1, ...bars.map(({ client, server }) => Math.max(client, server)));
  return (
    <section class="card">
      <h2>{title}</h2>
      {bars.length === 0 ? (
        <p class="nothing">None.</p>
      ) : (
        <table class={bars.some(({ label }) => label.length > SHORT_LABEL) ? 'bars long' : 'bars'}>
          <colgroup>
            <col class="bar-label" />
            <col />
            <col />
          </colgroup>
          <Head titles={['what', 'client', 'server']} hidden />
          <tbody>
            {bars.map(({ label, client, server }) => (
              <tr key={label}>
                <th scope="row" title={label}>
                  {label}
                </th>
                <BarCell side="client" count={client} most={most} />
                <BarCell side="server" count={server} most={most} />
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** `hidden`: only for who hears the table. */
function Head({ titles, hidden = false }: { titles: readonly string[]; hidden?: boolean }) {
  return (
    <thead {...(hidden && { class: 'sr' })}>
      <tr>
        {titles.map((title) => (
          <th key={title} scope="col">
            {title}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function BarCell({ side, count, most }: { side: 'client' | 'server'; count: number; most: number }) {
  return (
    <td class={`bar-cell ${side}`}>
      <div>
        <span class="bar-count">{whole(count)}</span>
        <span class="bar-ground" aria-hidden="true">
          <span class="bar" style={{ width: `${(count / most) * 100}%` }} />
        </span>
      </div>
    </td>
  );
}

export function Spreads({ facts }: { facts: StatisticsFacts }) {
  const { gaps, pings, sizes } = facts;
  const rows: readonly (readonly [string, Sizes, (n: number) => string])[] = [
    ['Message of the client', sizes.client, size],
    ['Message of the server', sizes.server, size],
    ['Time between messages', gaps, duration],
    ['Pong after a client’s Ping', pings.client, duration],
    ['Pong after a server’s Ping', pings.server, duration],
  ];
  const told = (value: number | null, show: (n: number) => string) => (value === null ? '–' : show(value));
  return (
    <section class="card">
      <h2>How it spreads</h2>
      <table class="spreads">
        <Head titles={['of', 'half below', '90 %', '99 %', 'most']} />
        <tbody>
          {rows
            .filter(([, { count }]) => count > 0)
            .map(([title, { p50, p90, p99, max }, show]) => (
              <tr key={title}>
                <th scope="row">{title}</th>
                {[p50, p90, p99, max].map((value, i) => (
                  <td key={i}>{told(value, show)}</td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  );
}

export function Endings({ facts, title }: { facts: StatisticsFacts; title: string }) {
  const endings = endingsOf(facts);
  return (
    <section class="card">
      <h2>{title}</h2>
      {endings.length === 0 && <p class="nothing">No session ended.</p>}
      <dl class="counts-list">
        {endings.map(([ending, count]) => (
          <div key={ending}>
            <dt>{ending.replaceAll('-', ' ')}</dt>
            <dd>{whole(count)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** What `wsdissect stats` tells of both sides beside. */
export function FragmentsAndPings({ facts }: { facts: StatisticsFacts }) {
  const { fragmented, pings } = facts;
  const rows: readonly (readonly [string, (sender: Sender) => number])[] = [
    ['Messages of several frames', (sender) => fragmented[sender].messages],
    ['Most frames of a message', (sender) => fragmented[sender].mostFrames],
    ['Pings with a Pong', (sender) => pings[sender].count],
    ['Pings without one', (sender) => pings[sender].unanswered],
  ];
  return (
    <section class="card">
      <h2>Fragments and Pings</h2>
      <table class="spreads">
        <Head titles={['of', 'client', 'server']} />
        <tbody>
          {rows.map(([title, count]) => (
            <tr key={title}>
              <th scope="row">{title}</th>
              {SENDERS.map((sender) => (
                <td key={sender}>{whole(count(sender))}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
