/**
 * Light or dark: as the system has it, or as was chosen here, which is remembered.
 */
import { remember, remembered } from './remembered.js';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'wsdissect-theme';

export const rememberedTheme = (): Theme => remembered(KEY, THEMES);
export const rememberTheme = (theme: Theme): void => remember(KEY, theme);

export function applyTheme(theme: Theme): void {
  const { dataset } = document.documentElement;
  if (theme === 'auto') delete dataset.theme;
  else dataset.theme = theme;
}
