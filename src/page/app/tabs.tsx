/**
 * The views as tabs: arrows go from one to the next, as do their numbers from anywhere.
 */
import { whole } from './amounts.js';
import { useModel } from './context.js';
import { VIEWS, type View } from './link.js';
import type { PageModel } from './model.js';
import type { StatisticsFacts } from './statistics-facts.js';

const TITLES: Readonly<Record<View, string>> = {
  frames: 'Frames',
  conversation: 'Conversation',
  timeline: 'Timeline',
  findings: 'Findings',
  statistics: 'Statistics',
};

export function Tabs() {
  const model = useModel();
  const current = model.view.value;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey) return;
    const at = VIEWS.indexOf(current);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + VIEWS.length, Home: 0, End: VIEWS.length - 1 }[
      event.key
    ];
    if (to === undefined) return;
    goToView(model, VIEWS[to % VIEWS.length]);
    event.preventDefault();
  };
  return (
    <nav class="tabs" aria-label="Views">
      <div role="tablist" onKeyDown={onKeyDown}>
        {VIEWS.map((view, i) => (
          <button
            key={view}
            type="button"
            role="tab"
            id={`tab-${view}`}
            aria-selected={view === current}
            aria-controls={view === current ? 'view' : undefined}
            aria-keyshortcuts={String(i + 1)}
            tabIndex={view === current ? 0 : -1}
            onClick={() => model.go({ view })}
          >
            {TITLES[view]}
            <Count view={view} />
          </button>
        ))}
      </div>
    </nav>
  );
}

/** What had the focus may be gone then: the tab has it. */
export function goToView(model: PageModel, view: View): void {
  model.go({ view });
  document.getElementById(`tab-${view}`)?.focus();
}

function Count({ view }: { view: View }) {
  const { source, rows, spot } = useModel();
  const { session, filter } = spot.value;
  // Of a part nobody knows before it was looked through.
  if (view !== 'frames' && (session !== undefined || filter !== '')) return null;
  const { overview } = source;
  const { client, server } = (overview.statistics as StatisticsFacts).messages;
  const count: { readonly [View in typeof view]?: number | undefined } = {
    frames: rows.value.count,
    conversation: overview.leftOut ? undefined : client + server,
    findings: source.findings.count,
  };
  const known = count[view];
  return known === undefined ? null : <span class="count">{whole(known)}</span>;
}
