import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { PageDocument } from '../../src/page/html.js';
import { openSource } from '../../src/page/open-source.js';
import { fixturesRoot } from '../support/fixtures.js';
import { collect } from './collected.js';
import { takeApart } from './document.js';

const { index } = await collect([`${fixturesRoot}ws-hello/capture.pcap`]);
const make = (
  script: string,
  style = 'body { margin: 0 }',
  names: string[] = ['a.pcap'],
  isServed = false,
) => {
  const document = new PageDocument({ script, style }, isServed);
  return document.begin(names) + document.end(index);
};

describe('the document of a page', () => {
  it.each([
    'result = ["</script>", "<!--", /<\\/script>/.source, `</SCRIPT><!--<script>`]',
    'const script = 3, a = 2; result = [a<script, a <script, "<script>"]',
  ])('may have a script that says what would end it: %s', (script) => {
    const { script: written, policy, hashes } = takeApart(make(script));
    const [told, meant] = [written, script].map((code) => {
      const context = createContext({ result: undefined });
      runInContext(code, context);
      return JSON.stringify(context.result);
    });
    expect(told).toBe(meant);
    expect(policy.get('script-src')).toBe(hashes.script);
  });

  it.each([['</title><script>alert(1)</script>'], ['&amp;\'"<'], ['a', 'b']])(
    'has the names %s in its title as text',
    (...names) => {
      expect(takeApart(make('', '', names)).title).toBe(`${names.join(', ')} · wsdissect`);
    },
  );

  it('shows control characters and lone surrogates of names harmlessly', () => {
    const title = takeApart(make('', '', ['\u001b]0;x\u0007\0\ud800'])).title;
    expect(title).toBe('\\x1b]0;x\\x07\\x00\\u{d800} · wsdissect');
  });

  it('is opened as it was made, and not where something is missing', async () => {
    const served = takeApart(make('', '', [], true));
    expect(served.policy.get('connect-src')).toBe("'self'");
    const report = takeApart(make('', '', []));
    expect(report.policy.has('connect-src')).toBe(false);
    expect((await openSource(report.document)).constructor.name).toBe('BlockSource');
    expect((await openSource(served.document)).constructor.name).toBe('ServedSource');
    await expect(openSource({ baseURI: '', getElementById: () => null })).rejects.toThrow(
      'its index is missing',
    );
  });
});
