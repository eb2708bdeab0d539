/**
 * JSON with integers as they are written, also those that a double cannot hold: these come as bigint.
 *
 * Strategy: only a text with that many digits in a row is read twice, the second time with long integers as marked strings,
 * which a reviver makes bigints. The mark is drawn anew in each run, so no payload can hold it.
 */

/** 2^53 has 16 digits; beyond the longest nothing is told that a double does not tell. */
const LONG = /^-?\d{16,400}$/;
/** Whole. */
const NUMBER = /-?\d[\d.eE+-]*/g;
const MARK = `${Math.random()}#`;

/** As JSON.parse(), which throws SyntaxError for what is no JSON. */
export function parseExactly(text: string): unknown {
  const json: unknown = JSON.parse(text);
  if (!/\d{16}/.test(text)) return json;
  return JSON.parse(marked(text), (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(MARK) ? integer(value.slice(MARK.length)) : value,
  );
}

/** `text` is JSON; digits in its strings are no numbers. */
function marked(text: string): string {
  const parts: string[] = [];
  for (let at = 0; at < text.length; ) {
    const quote = text.indexOf('"', at);
    const begin = quote === -1 ? text.length : quote;
    parts.push(
      text.slice(at, begin).replace(NUMBER, (number) => (LONG.test(number) ? `"${MARK}${number}"` : number)),
    );
    at = quote === -1 ? begin : stringEnd(text, quote);
    parts.push(text.slice(begin, at));
  }
  return parts.join('');
}

/** Behind the quote that no backslash escapes. A pattern would need as much stack as the string is long. */
function stringEnd(text: string, begin: number): number {
  for (let end = text.indexOf('"', begin + 1); ; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
}

function integer(digits: string): number | bigint {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : BigInt(digits);
}
