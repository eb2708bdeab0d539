/**
 * Brings the page to life: a source of records, an element to draw into, and the address bar.
 */
import { render } from 'preact';
import type { PageSource } from '../source.js';
import { App } from './app.js';
import { ModelContext } from './context.js';
import { formatSpot, START } from './link.js';
import { PageModel } from './model.js';
import { remembered } from './remembered.js';
import { applyTheme, rememberedTheme } from './theme.js';
import { TIMES, TIMES_KEY } from './times.js';

export function startPage(source: PageSource, root: HTMLElement): PageModel {
  const model = new PageModel(source);
  applyTheme(rememberedTheme());
  model.times.value = remembered(TIMES_KEY, TIMES);
  follow(model);
  render(
    <ModelContext.Provider value={model}>
      <App />
    </ModelContext.Provider>,
    root,
  );
  focusList();
  return model;
}

/** Keys go to the list at once, but where a link led elsewhere, or somebody was quicker. */
function focusList(): void {
  const { hash } = window.location;
  if (document.activeElement !== document.body || /[#&](?:view|frame|session)=/.test(hash)) return;
  document.getElementById('frames-list')?.focus({ preventScroll: true });
}

/** The address says where one is, and the other way round: links, back and forward. */
function follow(model: PageModel): void {
  const { history, location } = window;
  let isWalk = false;
  model.onMove = (spot, isElsewhere) => {
    const link = formatSpot(spot);
    if (link === (location.hash || '#')) return;
    // Steps through a list are one place of the history.
    if (!isElsewhere && isWalk) history.replaceState(null, '', link);
    else history.pushState(null, '', link);
    isWalk = !isElsewhere;
  };
  const arrive = () => {
    isWalk = false;
    model.follow(location.hash);
  };
  window.addEventListener('popstate', arrive);
  window.addEventListener('hashchange', arrive);
  const { filter } = model.source.overview;
  if (location.hash === '' && filter !== '') history.replaceState(null, '', formatSpot({ ...START, filter }));
  arrive();
}
