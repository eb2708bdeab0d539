/**
 * The switch between light and dark.
 */
import { useState } from 'preact/hooks';
import { applyTheme, rememberedTheme, rememberTheme, THEMES, type Theme } from './theme.js';

const TITLES: Readonly<Record<Theme, string>> = { auto: 'Auto', light: 'Light', dark: 'Dark' };

export function ThemeSwitch() {
  const [theme, setTheme] = useState(rememberedTheme());
  const choose = (chosen: Theme): void => {
    setTheme(chosen);
    applyTheme(chosen);
    rememberTheme(chosen);
    window.dispatchEvent(new Event('themechange'));
  };
  return (
    <select
      class="theme"
      aria-label="Theme"
      value={theme}
      onChange={(event) => choose(event.currentTarget.value as Theme)}
    >
      {THEMES.map((one) => (
        <option key={one} value={one}>
          {TITLES[one]}
        </option>
      ))}
    </select>
  );
}
