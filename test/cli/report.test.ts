import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openSource } from '../../src/page/open-source.js';
import { sampleCapture } from '../../src/sample/play.js';
import { all } from '../page/collected.js';
import { takeApart } from '../page/document.js';
import { wsdissect } from '../support/cli.js';

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
afterAll(() => rmSync(folder, { recursive: true }));
const FAULTS = 'fixtures/conformance/capture.pcap.gz';
const HELLO = 'fixtures/ws-hello/capture.pcap';
const SOCKETIO = 'fixtures/messages-socketio/capture.pcap.gz';

function report(...args: string[]) {
  const file = join(folder, 'report.html');
  rmSync(file, { force: true });
  const ran = wsdissect(['report', '-o', file, ...args]);
  return { ...ran, file, html: existsSync(file) ? readFileSync(file, 'utf8') : '' };
}
const ndjson = (...args: string[]) =>
  wsdissect([...args, '-q', '-T', 'ndjson'])
    .stdout.split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

describe('wsdissect report', () => {
  it('holds what the lists tell', async () => {
    const { status, stdout, stderr, html } = report(FAULTS);
    expect([status, stdout]).toEqual([0, '']);
    const source = await openSource(takeApart(html).document);
    const warnings = stderr.split('\n').filter(Boolean);
    expect(source.overview.warnings).toEqual(
      warnings.map((line) => line.replace(/^wsdissect: (warning: )?/, '')),
    );
    expect(warnings).toHaveLength(6);
    const frames = await all(source.frames);
    expect(source.frames.count).toBeGreaterThan(3000);
    expect(frames.map(({ number, length, session }) => [number, length, session.number])).toEqual(
      ndjson(FAULTS).map(({ frame, length, session }) => [frame, length, session]),
    );
    const sessions = await all(source.sessions);
    expect(sessions.map(({ session }) => [session.number, session.path])).toEqual(
      ndjson('sessions', FAULTS).map(({ session, path }) => [session, path]),
    );
    const findings = await all(source.findings);
    const checked = ndjson('check', '--max-findings', '100000', FAULTS);
    const keys = findings.map(({ rule, frame, message }) => `${frame} ${rule.id} ${message}`);
    expect(keys.sort()).toEqual(
      checked.map(({ rule, frame, message }) => `${frame ?? undefined} ${rule} ${message}`).sort(),
    );
    expect(findings[0].rule.why.length).toBeGreaterThan(20);
  });

  it('says what messages say in their subprotocols, and the statistics', async () => {
    const source = await openSource(takeApart(report(SOCKETIO).html).document);
    const told = (await all(source.messages)).map(({ number, decoded }) => [number, decoded?.summary]);
    const listed = ndjson('messages', SOCKETIO);
    expect(told).toEqual(listed.map(({ message, decoded }) => [message, decoded?.summary]));
    expect(told.filter(([, summary]) => summary !== undefined).length).toBeGreaterThan(5);
    const { names, start, statistics, warnings, heldPayload } = source.overview;
    expect([names, warnings, heldPayload]).toEqual([[basename(SOCKETIO)], [], 65_536]);
    expect(statistics).toEqual(JSON.parse(wsdissect(['stats', '-T', 'json', SOCKETIO]).stdout));
    expect(start).toEqual({ seconds: 1_795_254_399, nanoseconds: 656_519_000 });
  });

  it('allows its own script and style, and nothing else', () => {
    const { policy, hashes, title, script } = takeApart(report(HELLO).html);
    expect(Object.fromEntries(policy)).toEqual({
      'default-src': "'none'",
      'script-src': hashes.script,
      'style-src': hashes.style,
      'img-src': 'data:',
      'base-uri': "'none'",
      'form-action': "'none'",
    });
    expect(title).toBe(`${basename(HELLO)} · wsdissect`);
    expect(script.length).toBeGreaterThan(10_000);
  });

  it('is for its owner only, goes to standard output, and leaves nothing beside it', () => {
    const { file, html } = report(HELLO);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { status, stdout, stderr } = wsdissect(['report', '-o', '-', HELLO]);
    expect([status, stderr, stdout]).toEqual([0, '', html]);
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('never writes over a capture, asks for a file, and keeps the old one where there is nothing to read', () => {
    const capture = join(folder, 'mine.pcap');
    writeFileSync(capture, readFileSync(HELLO));
    expect(wsdissect(['report', capture, '-o', capture])).toEqual({
      status: 1,
      stdout: '',
      stderr: 'wsdissect: the capture itself cannot be the file to write\n',
    });
    expect(readFileSync(capture).equals(readFileSync(HELLO))).toBe(true);
    expect(wsdissect(['report', capture])).toMatchObject({ status: 1, stdout: '' });
    const kept = join(folder, 'kept.html');
    writeFileSync(kept, 'old');
    expect(wsdissect(['report', join(folder, 'none.pcap'), '-o', kept]).status).toBe(2);
    expect(readFileSync(kept, 'utf8')).toBe('old');
    const nowhere = wsdissect(['report', '-o', join(folder, 'no', 'where.html'), capture]);
    expect([nowhere.status, nowhere.stderr]).toEqual([2, expect.stringContaining('(ENOENT)')]);
  });

  it('of a capture that is cut off tells so, in the page too', async () => {
    const capture = join(folder, 'cut.pcap');
    const whole = readFileSync(HELLO);
    writeFileSync(capture, whole.subarray(0, whole.length - 10));
    const { status, stderr, html } = report(capture);
    expect([status, stderr]).toEqual([2, expect.stringContaining('[truncated-capture]')]);
    const { overview, frames } = await openSource(takeApart(html).document);
    expect(overview.warnings).toEqual([expect.stringContaining('[truncated-capture]')]);
    expect(overview.warnings[0]).not.toContain('warning');
    expect(frames.count).toBeGreaterThan(5);
    // Those that are not printed are in the page.
    expect(report('-q', capture)).toMatchObject({ status: 2, stderr: '' });
    expect((await openSource(takeApart(report('-q', capture).html).document)).overview).toEqual(overview);
  });

  it('of captures and key logs in folders does not name these, which the terminal does', async () => {
    const mine = join(folder, 'my folder');
    mkdirSync(mine);
    const whole = readFileSync(HELLO);
    const [first, cut, keys] = ['first.pcap', 'cut.pcap', 'keys.log'].map((name) => join(mine, name));
    writeFileSync(first, whole);
    writeFileSync(cut, whole.subarray(0, whole.length - 10));
    writeFileSync(keys, 'no key\n');
    const { status, stderr, html } = report('--keylog', keys, first, cut);
    expect(status).toBe(2);
    expect(stderr).toContain(`${cut}: packet `);
    expect(stderr).toContain(`${keys}: no secrets in it`);
    const { overview } = await openSource(takeApart(html).document);
    expect(overview.warnings).toEqual([
      expect.stringMatching(/^cut\.pcap: packet .* \[truncated-capture\]$/),
      expect.stringMatching(/^keys\.log: no secrets in it/),
    ]);
    expect(html + JSON.stringify(overview)).not.toContain('my folder');
  });

  it('ends at its limit, and holds the beginning of long payloads', async () => {
    const { status, stderr, html } = report('--limit', 'report=1KiB', '--limit', 'page-payload=5', FAULTS);
    expect([status, stderr]).toEqual([0, expect.stringContaining('(limit report=1024) [report-limit]')]);
    expect(stderr).toContain('(limit page-payload=5) [page-payload-limit]');
    const source = await openSource(takeApart(html).document);
    const frames = await all(source.frames);
    expect(frames.length).toBeGreaterThan(500);
    expect(frames.length).toBeLessThan(3000);
    expect(Math.max(...frames.map(({ payload }) => payload.length))).toBe(5);
    expect(source.sessions.count).toBe(ndjson('sessions', FAULTS).length);
    expect(source.overview.heldPayload).toBe(5);
  });

  it('of nothing is a page as well', async () => {
    const capture = join(folder, 'nothing.pcap');
    writeFileSync(capture, readFileSync(HELLO).subarray(0, 24));
    const { status, html } = report(capture);
    expect(status).toBe(0);
    const { frames, sessions, overview } = await openSource(takeApart(html).document);
    expect([frames.count, sessions.count, await all(frames)]).toEqual([0, 0, []]);
    expect(overview.warnings).toEqual(['there is no packet to read']);
  });
});

describe('what would break out of the page', () => {
  const OUT = [
    '</script><script>alert(1)</script>',
    '<!--<script>',
    ']]></style><img src=x onerror=alert(1)>',
    '"\'><svg onload=alert(1)>',
    '\u2028\u2029\0\u001b]0;owned\u0007',
    '&lt;b&gt; &#60;i&#62;',
  ];
  const said = OUT.join(' ');
  const path = '/</script><script>alert(2)</script>?<!--';

  it('stays what it is', async () => {
    const bytes = sampleCapture({
      title: said,
      path,
      host: '</title><script>alert(3)</script>',
      subprotocol: 'chat',
      request:
        `GET ${path} HTTP/1.1\nHost: </title><script>alert(3)</script>\nUpgrade: websocket\nConnection: Upgrade\n` +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\nSec-WebSocket-Version: 13\n' +
        'Sec-WebSocket-Protocol: </script><script>alert(4)</script>\nX-Evil: <!--</script>',
      steps: [
        ...OUT.map((text) => ({ by: 'client' as const, said: { text, comment: text } })),
        { by: 'server', said: { text: JSON.stringify({ '</script>': said }) } },
        { by: 'server', said: { close: 1000, reason: '</script><script>alert(5)</script>' } },
      ],
    });
    const capture = join(folder, '<script>alert(6)<%2Fscript>&"\'\u2028\u001b.pcapng');
    writeFileSync(capture, bytes);
    const { status, html } = report(capture);
    expect(status).toBe(0);
    // Throws if there is anything in it but what is meant.
    const { document, title, policy, hashes } = takeApart(html);
    expect([policy.get('script-src'), policy.get('style-src')]).toEqual([hashes.script, hashes.style]);
    expect(title).toContain('<script>alert(6)<%2Fscript>&"\'');
    expect(title).not.toContain('\u001b');
    const source = await openSource(document);
    expect(source.overview.names).toEqual([basename(capture)]);
    const texts = (await all(source.messages)).map(({ content }) => Buffer.from(content).toString());
    expect(texts.slice(0, OUT.length)).toEqual(OUT);
    const [{ session, close }] = await all(source.sessions);
    expect([session.path, session.host]).toEqual([path, '</title><script>alert(3)</script>']);
    expect(session.handshake?.request?.headers.map(({ value }) => value)).toContain('<!--</script>');
    expect(close.server?.body?.reason).toBe('</script><script>alert(5)</script>');
    const [{ pieces }] = await source.frames.read(0, 1);
    expect(pieces[0].comment).toContain('</script><script>alert(1)</script>');
  });
});
