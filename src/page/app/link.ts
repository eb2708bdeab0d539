/**
 * Where one is in the page, as the fragment of its address: `#session=2&view=conversation&frame=17&filter=…`. It can be
 * bookmarked, sent, and gone back to. Strategy: what is as it is at first is left out; what is no place is told and
 * passed over, since anyone may have written the link.
 */
import { visible } from '../../bytes/visible.js';

export const VIEWS = ['frames', 'conversation', 'timeline', 'findings', 'statistics'] as const;
export type View = (typeof VIEWS)[number];

/** Characters of what a link says that are shown. */
const MOST_SHOWN = 40;

export interface Spot {
  readonly view: View;
  /** Number of the session that all is about; undefined: of all. */
  readonly session: number | undefined;
  /** Number of the selected frame. */
  readonly frame: number | undefined;
  /** Statistics are of the whole capture, though a session is chosen. */
  readonly whole: boolean;
  /** Display filter as written; empty: none. */
  readonly filter: string;
}

export const START: Spot = {
  view: 'frames',
  session: undefined,
  frame: undefined,
  whole: false,
  filter: '',
};

/** `fragment`: with or without `#`. */
export function parseSpot(fragment: string): Spot {
  const said = new URLSearchParams(fragment.replace(/^#/, ''));
  const view = VIEWS.find((one) => one === said.get('view')) ?? START.view;
  return {
    view,
    session: parseNumber(said.get('session')),
    frame: parseNumber(said.get('frame')),
    whole: said.get('of') === 'capture',
    filter: said.get('filter') ?? '',
  };
}

/** What of a fragment is no place, in a sentence; undefined: all is one. */
export function linkFault(fragment: string): string | undefined {
  const said = new URLSearchParams(fragment.replace(/^#/, ''));
  const wrong = (['frame', 'session'] as const)
    .filter((name) => said.has(name) && parseNumber(said.get(name)) === undefined)
    .map((name) => `“${shown(said.get(name)!)}” is no number of a ${name}`);
  const view = said.get('view');
  if (view !== null && !VIEWS.some((one) => one === view)) wrong.push(`there is no view “${shown(view)}”`);
  return wrong.length === 0 ? undefined : `The link is not understood: ${wrong.join(', and ')}.`;
}

/** Anyone may have written it. */
function shown(text: string): string {
  return visible(text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text);
}

/** With `#`; of the start itself that alone. */
export function formatSpot({ view, session, frame, whole, filter }: Spot): string {
  const said = new URLSearchParams();
  if (session !== undefined) said.set('session', String(session));
  if (view !== START.view) said.set('view', view);
  if (frame !== undefined) said.set('frame', String(frame));
  if (whole) said.set('of', 'capture');
  if (filter !== '') said.set('filter', filter);
  return `#${said}`;
}

/** Another place in the history, not only the next step of a walk through the list. */
export function isElsewhere(a: Spot, b: Spot): boolean {
  return a.view !== b.view || a.session !== b.session || a.whole !== b.whole || a.filter !== b.filter;
}

function parseNumber(text: string | null): number | undefined {
  return text !== null && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}
