/**
 * The page as one HTML document: its style and script, what they show, and a policy that allows nothing else.
 *
 * Strategy: what comes from a capture stands in it as Base64 of gzip, in elements that browsers do not look into, so no
 * payload can be anything else; only the title has text. Script and style are allowed by their hashes alone.
 */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { visible } from '../bytes/visible.js';
import type { TableName } from './block.js';
import { blockId, INDEX_ID, SERVED } from './elements.js';
import type { PageIndex } from './index-record.js';

/** What the page is made of. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/** The document in front of its blocks, and behind them. */
export class PageDocument {
  /** What the page may do. A report may connect to nothing, a served page to its server. */
  readonly policy: string;
  private readonly script: string;

  constructor(
    private readonly assets: PageAssets,
    private readonly isServed: boolean,
  ) {
    this.script = inertScript(assets.script);
    this.policy = [
      "default-src 'none'",
      `script-src ${hashOf(this.script)}`,
      `style-src ${hashOf(assets.style)}`,
      'img-src data:',
      ...(isServed ? ["connect-src 'self'"] : []),
      "base-uri 'none'",
      "form-action 'none'",
    ].join('; ');
  }

  /** `names`: of the captures. */
  begin(names: readonly string[]): string {
    const title = escapeHtml(`${names.map((name) => visible(name)).join(', ')} · wsdissect`);
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${this.policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${this.assets.style}</style>
</head>
<body>
<div id="app"><noscript>This page shows a capture with its script, which the browser does not run.</noscript></div>
`;
  }

  block(table: TableName, index: number, packed: Uint8Array): string {
    return inert(blockId(table, index), packed);
  }

  end(index: PageIndex): string {
    const packed = gzipSync(JSON.stringify(index));
    const served = this.isServed ? ` ${SERVED}` : '';
    return `${inert(INDEX_ID, packed, served)}<script type="module">${this.script}</script>\n</body>\n</html>\n`;
  }
}

/** An element that is data to a browser: Base64 has no character that could end it. */
function inert(id: string, packed: Uint8Array, attributes = ''): string {
  const base64 = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength).toString('base64');
  return `<script type="application/octet-stream" id="${id}"${attributes}>${base64}</script>\n`;
}

/** HTML §4.12.1.3: what would end the element, or keep its end from being seen, is written otherwise. */
function inertScript(script: string): string {
  return script.replace(/<(?=!--|\/script)/gi, '\\x3c');
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
