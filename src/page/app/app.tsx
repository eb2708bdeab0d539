/**
 * The page: where one is at the top, the sessions beside what is looked at, and below it what screen readers are told.
 */
import { useEffect, useState } from 'preact/hooks';
import { visible } from '../../bytes/visible.js';
import { useModel } from './context.js';
import { Conversation } from './conversation.js';
import { FilterBar } from './filter-bar.js';
import { FindingsView } from './findings.js';
import { FramesView } from './frames.js';
import { Help } from './help.js';
import { VIEWS } from './link.js';
import { Sessions } from './sessions.js';
import { Statistics } from './statistics.js';
import { goToView, Tabs } from './tabs.js';
import { ThemeSwitch } from './theme-switch.js';
import { Timeline } from './timeline.js';
import { TimesSwitch } from './times-switch.js';

const SHOWN = {
  frames: FramesView,
  conversation: Conversation,
  timeline: Timeline,
  findings: FindingsView,
  statistics: Statistics,
};

export function App() {
  const model = useModel();
  const [sessionsOpen, setSessionsOpen] = useState(false);
  useShortcuts();
  const view = model.view.value;
  const View = SHOWN[view];
  return (
    <div class="page" data-times={model.times.value}>
      <header class="top">
        <h1>
          <span class="brand">wsdissect</span>{' '}
          <span class="names">{namesOf(model.source.overview.names)}</span>
        </h1>
        <FilterBar />
        <div class="tools">
          <button
            type="button"
            class="narrow-only"
            aria-expanded={sessionsOpen}
            aria-controls="sessions-pane"
            onClick={() => setSessionsOpen(!sessionsOpen)}
          >
            Sessions
          </button>
          <TimesSwitch />
          <ThemeSwitch />
          <button type="button" onClick={() => (model.helpOpen.value = true)} aria-keyshortcuts="?">
            Help
          </button>
        </div>
      </header>
      <Tabs />
      <Warnings warnings={model.source.overview.warnings} />
      <main class="middle">
        <aside id="sessions-pane" class={sessionsOpen ? 'open' : ''} aria-label="Sessions">
          <Sessions onChosen={() => setSessionsOpen(false)} />
        </aside>
        <section class={`view view-${view}`} role="tabpanel" id="view" aria-labelledby={`tab-${view}`}>
          <Contradiction />
          <View />
        </section>
      </main>
      <output class="said">{model.said.value}</output>
      <Help />
    </div>
  );
}

function namesOf(names: readonly string[]): string {
  const told = names.slice(0, 3).map(visible);
  return told.join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : '');
}

function Warnings({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) return null;
  return (
    <details class="warnings">
      <summary>
        {warnings.length === 1 ? 'A warning' : `${warnings.length} warnings`} about the capture
      </summary>
      <ul>
        {warnings.map((warning) => (
          <li key={warning}>{visible(warning)}</li>
        ))}
      </ul>
    </details>
  );
}

/** Its box is there before it is told, so that screen readers tell it, too. */
function Contradiction() {
  const told = useModel().contradiction.value;
  return <div role="status">{told !== undefined && <p class="contradiction">{told}</p>}</div>;
}

/** Keys that work wherever one is, but where text is typed. */
function useShortcuts(): void {
  const model = useModel();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const { target, key } = event;
      const types =
        target instanceof HTMLElement && target.closest('input, textarea, select, dialog') !== null;
      const view = VIEWS[Number(key) - 1];
      if (event.altKey || event.metaKey || types) return;
      if (event.ctrlKey) {
        const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? VIEWS.length - 1 : 0;
        if (step === 0) return;
        goToView(model, VIEWS[(VIEWS.indexOf(model.view.value) + step) % VIEWS.length]);
      } else if (key === '/') document.getElementById('filter')?.focus();
      else if (key === '?') model.helpOpen.value = true;
      else if (view !== undefined) goToView(model, view);
      else if (key === 'Escape' && model.frame.value !== undefined) model.go({ frame: undefined });
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [model]);
}
