/**
 * A sentence of the rules, in which names of programs and functions stand in backticks, as in Markdown.
 */
import { visible } from '../../bytes/visible.js';

export function Prose({ text }: { text: string }) {
  return (
    <>
      {visible(text)
        .split('`')
        .map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part))}
    </>
  );
}
