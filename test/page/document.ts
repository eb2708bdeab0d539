/**
 * An HTML file of the page, taken apart without a browser: its elements by their ids, and whether there is nothing
 * in it but what is meant.
 */
import { createHash } from 'node:crypto';
import type { DataDocument } from '../../src/page/open-source.js';

const BASE64 = '(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?';
const DATA = new RegExp(
  `<script type="application/octet-stream" id="(page-[a-z]+(?:-\\d+)?)"( data-served)?>(${BASE64})</script>\\n`,
  'g',
);
/** All of a document; what it shows stands in data elements. */
const DOCUMENT = new RegExp(
  '^<!doctype html>\\n<html lang="en">\\n<head>\\n<meta charset="utf-8">\\n' +
    '<meta http-equiv="Content-Security-Policy" content="(?<policy>[^"<>&]*)">\\n' +
    '(?:<meta name="[a-z-]+" content="[a-z=0-9, -]+">\\n)*' +
    '<title>(?<title>(?:[^<>&"\']|&#\\d+;)*)</title>\\n' +
    '<style>(?<style>[^<]*)</style>\\n</head>\\n<body>\\n' +
    '<div id="app"><noscript>[^<>&]*</noscript></div>\\n' +
    'DATA<script type="module">(?<script>.*)</script>\\n</body>\\n</html>\\n$',
  's',
);

export interface TakenApart {
  readonly document: DataDocument;
  readonly policy: ReadonlyMap<string, string>;
  readonly title: string;
  /** What the policy has to allow. */
  readonly hashes: { readonly script: string; readonly style: string };
  readonly script: string;
  readonly ids: readonly string[];
}

/** Throws if there is anything else in the document. */
export function takeApart(html: string, baseURI = 'file:///report.html'): TakenApart {
  const elements = new Map<string, { readonly text: string; readonly served: boolean }>();
  const rest = html
    .replace(DATA, (_, id, served, text) => {
      if (elements.has(id)) throw new Error(`two elements have the id ${id}`);
      elements.set(id, { text, served: served !== undefined });
      return '\0';
    })
    .replace(/\0+/, 'DATA');
  const groups = DOCUMENT.exec(rest)?.groups;
  if (groups === undefined || /<!--|<\/script/i.test(groups.script))
    throw new Error(`there is something else in the document: ${rest.slice(0, 2000)}`);
  const { policy, title, style, script } = groups;
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return {
    title: title.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))),
    policy: new Map(
      policy.split('; ').map((rule) => {
        const [name, ...values] = rule.split(' ');
        return [name, values.join(' ')];
      }),
    ),
    hashes: { script: hash(script), style: hash(style) },
    script,
    ids: [...elements.keys()],
    document: {
      baseURI,
      getElementById(id) {
        const element = elements.get(id);
        return element === undefined
          ? null
          : { textContent: element.text, hasAttribute: (name) => name === 'data-served' && element.served };
      },
    },
  };
}
