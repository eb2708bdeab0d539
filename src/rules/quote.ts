/**
 * Header values and names in the messages of findings: untrusted text, made safe to print and cut.
 */
import { visible } from '../bytes/visible.js';

const MAX_LENGTH = 60;

/** `text` in quotes, at most its first 60 characters. */
export function quote(text: string): string {
  return text.length > MAX_LENGTH ? `"${visible(text.slice(0, MAX_LENGTH))}…"` : `"${visible(text)}"`;
}
