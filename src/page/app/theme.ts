/**
 * Light or dark: as the system has it, or as was chosen here, which is remembered where a browser allows that.
 */
export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'wsdissect-theme';

export function rememberedTheme(): Theme {
  return THEMES.find((theme) => theme === storage()?.getItem(KEY)) ?? 'auto';
}

export function applyTheme(theme: Theme): void {
  const { dataset } = document.documentElement;
  if (theme === 'auto') delete dataset.theme;
  else dataset.theme = theme;
}

export function rememberTheme(theme: Theme): void {
  try {
    storage()?.setItem(KEY, theme);
  } catch {
    // Full, or not allowed: it holds until the page is left.
  }
}

/** A report that is opened from disk may have none: asking for it throws. */
function storage(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}
