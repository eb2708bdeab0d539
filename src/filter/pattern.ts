/**
 * The regular expressions of `matches`. Strategy: RE2's, for which time is linear whatever the text is: an engine that
 * backtracks can be made to run for ever by a payload. For a pattern with which that cannot happen, and which both
 * understand alike, V8's engine is asked, which is ten times as fast.
 */
import { RE2JS } from 're2js';

/** Whether a text holds what the pattern describes. */
export type Pattern = (text: string) => boolean;

/**
 * Literal characters, any character, classes of plain characters and ranges, decimal digits, escaped punctuation, anchors,
 * alternatives in groups, `?`, and `*` or `+` behind a single character.
 */
const PLAIN =
  /^(?:[^\\()[\]{}*+?]|\\d|\\[.$|()[\]{}*+?/]|\[\^?[^\\[\]^]+\]|\((?!\?)|\)(?![*+{])|(?<![(?*+^$|])[?*+])*$/;

/** Characters, of which one repetition that is tried from each of them costs the square. */
const SQUARE = 512;

/**
 * As in Wireshark upper and lower case are the same, unless the pattern begins with `(?-i)`. Throws SyntaxError for what is
 * no pattern.
 */
export function compilePattern(written: string): Pattern {
  const pattern = written.replace(/^\(\?-?i\)/, '');
  const isExact = written.startsWith('(?-i)');
  const linear = compileLinear(pattern, isExact);
  const repetitions = pattern.match(/[*+]/g)?.length ?? 0;
  if (repetitions > 1 || !PLAIN.test(pattern)) return (text) => linear.test(text);
  const quick = new RegExp(pattern, isExact ? 'su' : 'isu');
  return (text) => (repetitions === 0 || text.length <= SQUARE ? quick.test(text) : linear.test(text));
}

function compileLinear(pattern: string, isExact: boolean): RE2JS {
  try {
    return RE2JS.compile(pattern, RE2JS.DOTALL | (isExact ? 0 : RE2JS.CASE_INSENSITIVE));
  } catch (error) {
    throw new SyntaxError(
      (error as Error).message.replace(/^error parsing regexp: |\(\?s\)(?:\(\?i\))?/g, ''),
    );
  }
}
