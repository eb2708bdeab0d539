/**
 * Whether one pane is seen at a time, as styles/narrow.css has it.
 */
export function isNarrow(): boolean {
  return matchMedia('(max-width: 719px)').matches;
}
