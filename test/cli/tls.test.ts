/**
 * TLS from the command line: key logs that are whole, half, wrong, growing or a pipe, a server's key, what is said
 * without them, and captures written with the secrets in them.
 */
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { concat } from '../../src/capture/integers.js';
import { PcapngEncoder } from '../../src/capture/pcapng-encode.js';
import { parseOpcode } from '../../src/websocket/opcode.js';
import { shell, startWsdissect, wsdissect } from '../support/cli.js';
import { hasProgram, tsharkFrames } from '../support/tshark.js';
import { until } from './helpers.js';

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const CAPTURE = 'fixtures/tls-suites/tls13.pcap.gz';
const KEYS = 'fixtures/tls-suites/keys.log';
const keyLog = readFileSync(KEYS, 'utf8');
const FRAMES = 140;
const frames = (...args: string[]) => wsdissect(['-T', 'ndjson', ...args]).stdout.split('\n').length - 1;
const HOW_TO =
  '8 TLS connections could not be read, or not in whole: there are no secrets for them; record them while the ' +
  'connection is made: SSLKEYLOGFILE=keys.log in the environment of a browser, curl or Python, node ' +
  "--tls-keylog=keys.log, or an agent for Java's TLS that writes a key log; then give --keylog keys.log";

describe('--keylog', () => {
  it('opens all', () => expect(frames('--keylog', KEYS, CAPTURE)).toBe(FRAMES));

  it('env is the file that SSLKEYLOGFILE names', () => {
    const ran = wsdissect(['-T', 'ndjson', '--keylog', 'env', CAPTURE], undefined, { SSLKEYLOGFILE: KEYS });
    expect(ran.stdout.split('\n').length - 1).toBe(FRAMES);
    const unset = wsdissect(['--keylog', 'env', CAPTURE], undefined, { SSLKEYLOGFILE: '' });
    expect(unset).toEqual({
      status: 1,
      stdout: '',
      stderr: 'wsdissect: --keylog env: SSLKEYLOGFILE is not set; give the file instead\n',
    });
  });

  it('may be repeated', () => {
    const lines = keyLog.split('\n');
    const first = file('first', lines.slice(0, lines.length / 2).join('\n'));
    const second = file('second', `${lines.slice(lines.length / 2).join('\r\n')}`);
    expect(frames('--keylog', first, '--keylog', second, CAPTURE)).toBe(FRAMES);
  });

  it('may end in the middle of a line: what it has is used', () => {
    const half = file('half', keyLog.slice(0, 3000));
    const { stdout, stderr, status } = wsdissect(['sessions', '-T', 'ndjson', '--keylog', half, CAPTURE]);
    const rows = stdout
      .trim()
      .split('\n')
      .map((line): { unread?: string } => JSON.parse(line));
    expect([status, rows.map(({ unread = 'read' }) => unread)]).toEqual([
      0,
      ['read', 'read', 'read', 'secrets-incomplete', ...Array(4).fill('no-secrets')],
    ]);
    expect(stderr).toBe(
      `wsdissect: warning: ${half}: 1 line not of the key log format\n` +
        'wsdissect: 5 TLS connections could not be read, or not in whole (wsdissect sessions tells which and why); ' +
        'of 18 known secrets 14 are for connections of the capture\n',
    );
  });

  it.each([
    [
      'README.md',
      /README\.md: no secrets in it \(\d+ lines of another format\): it is no key log, or still empty/,
    ],
    ['/dev/null', /no secrets in it: it is no key log, or still empty/],
  ])('%s is none', (name, said) => {
    const { stderr, stdout, status } = wsdissect(['--keylog', name, CAPTURE]);
    expect([status, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(said);
  });

  it('no such file, a directory', () => {
    expect(wsdissect(['--keylog', 'nowhere.log', CAPTURE])).toEqual({
      status: 2,
      stdout: '',
      stderr: 'wsdissect: nowhere.log: no such file\n',
    });
    expect(wsdissect(['--keylog', 'src', CAPTURE]).stderr).toBe(
      'wsdissect: src is a directory, not a key log\n',
    );
  });

  it('labels that are swapped open nothing, and no byte is shown', () => {
    const swapped = keyLog.replace(/^(CLIENT|SERVER)(?=_.*TRAFFIC)/gm, (label) =>
      label === 'CLIENT' ? 'SERVER' : 'CLIENT',
    );
    const { stdout } = wsdissect(['sessions', '-T', 'ndjson', '--keylog', file('swapped', swapped), CAPTURE]);
    const rows = stdout
      .trim()
      .split('\n')
      .map((line): { unread: string; whole: boolean } => JSON.parse(line));
    expect(rows.map(({ unread, whole }) => [unread, whole])).toEqual(
      Array(8).fill(['secrets-do-not-fit', true]),
    );
    expect(frames('--keylog', join(folder, 'swapped'), CAPTURE)).toBe(0);
  });

  it('secrets are never printed', () => {
    const broken = file('broken', keyLog.replaceAll(/[0-9a-f]{4}$/gm, 'zz'));
    const secrets = [...keyLog.matchAll(/ ([0-9a-f]+)$/gm)].map(([, secret]) => secret.slice(0, 32));
    for (const args of [
      ['--keylog', KEYS, '--summary', '-V'],
      ['--keylog', broken],
      ['sessions', '-T', 'json', '--keylog', KEYS],
    ]) {
      const { stdout, stderr } = wsdissect([...args, CAPTURE]);
      expect(secrets.filter((secret) => stdout.includes(secret) || stderr.includes(secret))).toEqual([]);
    }
  });

  it('may grow while the capture comes: what waited for it is read', async () => {
    const growing = file('growing', '');
    const child = startWsdissect(['-T', 'ndjson', '--keylog', growing, '-']);
    let [told, said] = ['', ''];
    child.stdout.on('data', (data) => {
      told += data;
    });
    child.stderr.on('data', (data) => {
      said += data;
    });
    child.stdin.write(gunzipSync(readFileSync(CAPTURE)));
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(told).toBe('');
    appendFileSync(growing, keyLog.slice(0, 1000));
    await new Promise((resolve) => setTimeout(resolve, 300));
    appendFileSync(growing, keyLog.slice(1000));
    await until(
      () => told.split('\n').length - 1 === FRAMES,
      () => `${told.split('\n').length - 1} frames, ${said}`,
    );
    child.stdin.end();
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(said).toBe('');
  });

  it('may be a pipe', () => {
    expect(shell(`wsdissect -T ndjson --keylog <(cat ${KEYS}) ${CAPTURE} | wc -l`).stdout.trim()).toBe(
      `${FRAMES}`,
    );
  });
});

describe('without secrets', () => {
  it('says how to get them', () => {
    expect(wsdissect([CAPTURE])).toEqual({
      status: 0,
      stdout: '',
      stderr: `wsdissect: no WebSocket session in 315 packets, 8 TCP connections\nwsdissect: ${HOW_TO}\n`,
    });
  });

  it('lists the connections', () => {
    const { stdout } = wsdissect(['sessions', CAPTURE]);
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      '  tls  127.0.0.1:53010 → 127.0.0.1:9443  wsdissect.example  ALPN -  TLS 1.3 TLS_AES_128_GCM_SHA256  no secrets for it',
      '  tls  127.0.0.1:53018 → 127.0.0.1:9443  -  ALPN http/1.1 offered  TLS 1.3 TLS_AES_256_GCM_SHA384  no secrets for it',
    ]);
    const table = wsdissect(['sessions', '-T', 'table', CAPTURE]).stdout;
    expect(table).toContain('│ wsdissect.example │');
    expect(table.match(/no secrets for it/g)).toHaveLength(8);
  });
});

describe('--rsa-key', () => {
  const RSA = 'fixtures/tls-suites/tls12-rsa.pcap.gz';
  const KEY = 'fixtures/tls-suites/server-key.pem';
  it.each([['pem', () => readFileSync(KEY)]])('%s', (name, content) => {
    expect(frames('--rsa-key', file(`key.${name}`, content()), RSA)).toBe(189);
  });

  it.each([
    ['README.md', '--rsa-key README.md: not a private RSA key in PEM or DER without a passphrase'],
    ['/dev/zero', '--rsa-key /dev/zero: not a private RSA key in PEM or DER without a passphrase'],
    ['nowhere.pem', '--rsa-key nowhere.pem: no such file'],
  ])('%s', (name, said) => {
    expect(wsdissect(['--rsa-key', name, RSA])).toEqual({
      status: 1,
      stdout: '',
      stderr: `wsdissect: ${said}\n`,
    });
  });
});

/** Of a capture that decrypt wrote: its block of secrets lies behind the section header, of 28 octets. */
const secretsIn = (capture: Buffer) => ({
  start: 28,
  end: 28 + capture.readUInt32LE(32),
  length: capture.readUInt32LE(40),
});
const keyLogOf = (capture: Buffer) => capture.subarray(44, 44 + secretsIn(capture).length);
const withoutSecrets = (capture: Buffer) =>
  concat([capture.subarray(0, 28), capture.subarray(secretsIn(capture).end)]);

describe('decrypt', () => {
  const out = join(folder, 'out.pcapng');

  it.each([
    ['a pcap', CAPTURE, ['--keylog', KEYS], '315 packets, 32 secrets of 8 TLS connections', FRAMES],
    [
      'with a key',
      'fixtures/tls-suites/tls12-rsa.pcap.gz',
      ['--rsa-key', 'fixtures/tls-suites/server-key.pem'],
      '361 packets, 11 secrets of 11 TLS connections',
      189,
    ],
  ])('%s', (_what, capture, options, said, count) => {
    expect(wsdissect(['decrypt', ...options, capture, out])).toEqual({
      status: 0,
      stdout: '',
      stderr: `wsdissect: ${out}: ${said}\n`,
    });
    expect(statSync(out).mode & 0o777).toBe(0o600);
    expect(frames(out)).toBe(count);
    expect(readFileSync(out, 'latin1')).not.toContain('EXPORTER');
    const again = join(folder, 'again.pcapng');
    expect(wsdissect(['decrypt', out, again]).status).toBe(0);
    expect(readFileSync(again).equals(readFileSync(out))).toBe(true);
  });

  it('tshark opens it decrypted', async () => {
    wsdissect(['decrypt', '--keylog', KEYS, CAPTURE, out]);
    expect((await tsharkFrames(out, [])).length).toBe(FRAMES);
  });

  it('holds no secrets of others', () => {
    wsdissect(['decrypt', '--keylog', KEYS, 'fixtures/tls-suites/tls12-aead.pcap.gz', out]);
    const used = new Set(
      [...readFileSync(out, 'latin1').matchAll(/CLIENT_RANDOM ([0-9a-f]{64})/g)].map(([, random]) => random),
    );
    expect(used.size).toBe(16);
    expect(readFileSync(out, 'latin1')).not.toContain('TRAFFIC_SECRET');
  });

  it('pcapng stays as it is, but for its secrets', () => {
    const encoder = new PcapngEncoder({ little: false });
    const before = encoder.sectionHeader([{ code: 1, value: 'a comment of the section' }]);
    const secrets = encoder.decryptionSecrets(0x544c534b, Buffer.from('CLIENT_RANDOM of somebody else\n'));
    const other = encoder.decryptionSecrets(0x57474b4c, Buffer.from('of another protocol'));
    wsdissect(['decrypt', '--keylog', KEYS, CAPTURE, out]);
    const whole = readFileSync(out);
    const name = file(
      'sections.pcapng',
      concat([before, secrets, other, encoder.custom(1, Buffer.from('kept')), whole]),
    );
    expect(wsdissect(['decrypt', '--keylog', KEYS, name, join(folder, 'sections-out.pcapng')]).status).toBe(
      0,
    );
    const embedded = encoder.decryptionSecrets(0x544c534b, Buffer.from(keyLogOf(whole)));
    const rest = concat([other, encoder.custom(1, Buffer.from('kept')), withoutSecrets(whole)]);
    expect(readFileSync(join(folder, 'sections-out.pcapng')).equals(concat([before, embedded, rest]))).toBe(
      true,
    );
    const cut = file('cut.pcapng', whole.subarray(0, whole.length - 500));
    expect(wsdissect(['decrypt', cut, out]).status).toBe(2);
    expect(readFileSync(out).equals(readFileSync(cut))).toBe(true);
  });

  it.each([
    [
      ['fixtures/ws-hello/capture.pcap', out],
      2,
      'fixtures/ws-hello/capture.pcap: nothing to embed: there is no TLS in it',
    ],
    [
      [CAPTURE, out],
      2,
      `${CAPTURE}: nothing to embed: 8 TLS connections, and none of the secrets opens them`,
    ],
    [['--keylog', KEYS, CAPTURE, '/nowhere/out'], 2, 'cannot write to /nowhere/out (ENOENT)'],
    [['src', out], 2, 'src is a directory; give the capture files in it, for example src/*.pcap'],
    [['-', out], 1, '- is no file: decrypt reads it twice'],
    [['nowhere.pcap', out], 2, 'nowhere.pcap: no such file'],
  ])('%j', (args, status, said) => {
    expect(wsdissect(['decrypt', ...args])).toEqual({ status, stdout: '', stderr: `wsdissect: ${said}\n` });
  });

  it('a pipe that closes early, and a device, which stays what it is', () => {
    const command = `wsdissect decrypt --keylog ${KEYS} ${CAPTURE}`;
    expect(shell(`${command} - | head -c 4 | wc -c`)).toEqual({ status: 0, stdout: '4\n', stderr: '' });
    expect(shell(`${command} /dev/full`)).toEqual({
      status: 2,
      stdout: '',
      stderr: 'wsdissect: cannot write to /dev/full (ENOSPC)\n',
    });
    expect(statSync('/dev/full').isCharacterDevice()).toBe(true);
    const link = join(folder, 'link.pcapng');
    symlinkSync(file('target.pcapng', ''), link);
    expect(shell(`${command} ${link}`).status).toBe(0);
    expect([lstatSync(link).isSymbolicLink(), frames(join(folder, 'target.pcapng'))]).toEqual([true, FRAMES]);
  });

  it('is for its owner only, whatever lies there already', () => {
    const own = join(folder, 'own');
    mkdirSync(own);
    const name = join(own, 'out.pcapng');
    const others = ['', '.partial'].map((suffix) => {
      writeFileSync(name + suffix, 'of somebody');
      chmodSync(name + suffix, 0o666);
      return name + suffix;
    });
    const victim = file('victim', 'not to be touched');
    symlinkSync(victim, join(own, 'linked.pcapng.partial'));
    for (const out of [name, join(own, 'linked.pcapng')]) {
      expect(wsdissect(['decrypt', '--keylog', KEYS, CAPTURE, out]).status).toBe(0);
      expect([statSync(out).mode & 0o777, lstatSync(out).isFile(), frames(out)]).toEqual([
        0o600,
        true,
        FRAMES,
      ]);
    }
    expect([readFileSync(victim, 'utf8'), readFileSync(others[1], 'utf8')]).toEqual([
      'not to be touched',
      'of somebody',
    ]);
    expect(readdirSync(own).sort()).toEqual([
      'linked.pcapng',
      'linked.pcapng.partial',
      'out.pcapng',
      'out.pcapng.partial',
    ]);
  });

  it('leaves nothing beside what it could not write', () => {
    const own = join(folder, 'limited');
    mkdirSync(own);
    const { stderr } = shell(
      `(trap '' XFSZ; ulimit -f 8; wsdissect decrypt --keylog ${KEYS} ${CAPTURE} ${own}/out)`,
    );
    expect(stderr).toBe(`wsdissect: cannot write to ${own}/out (EFBIG)\n`);
    expect(readdirSync(own)).toEqual([]);
  });

  it('says where a cut capture ends', () => {
    const cut = file('cut.pcap', gunzipSync(readFileSync(CAPTURE)).subarray(0, 20_000));
    const { status, stderr } = wsdissect(['decrypt', '--keylog', KEYS, cut, out]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^wsdissect: warning: .*\[truncated-capture\]\n.*secrets of 1 TLS connection\n$/);
  });

  it('does not write over the capture', () => {
    const same = file('same.pcap', readFileSync('fixtures/ws-hello/capture.pcap'));
    expect(wsdissect(['decrypt', same, join(folder, '.', 'same.pcap')]).stderr).toBe(
      'wsdissect: the capture itself cannot be the file to write\n',
    );
  });
});

describe('decrypt -Y', () => {
  const out = join(folder, 'chosen.pcapng');
  const decrypt = (filter: string, keys: readonly string[], capture: string) =>
    wsdissect(['decrypt', '-Y', filter, ...keys, capture, out]);
  const rows = (command: string, ...args: string[]) =>
    wsdissect([command, '-q', '-T', 'ndjson', ...args])
      .stdout.split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  const saidIn = (path: string, ...args: string[]) =>
    rows('messages', ...args)
      .filter((message) => message.path === path)
      .map(({ time, sender, opcode, content, contentBase64 }) => [
        time,
        sender,
        opcode,
        content ?? contentBase64,
      ]);
  const lines = () => keyLogOf(readFileSync(out)).toString('latin1').trimEnd().split('\n');

  it.each([
    [
      'http.request.uri == "/tls1.3/deflate"',
      CAPTURE,
      KEYS,
      ['/tls1.3/deflate'],
      '33 packets, 4 secrets of 1',
    ],
    [
      'ws.session in {1, 2}',
      'fixtures/tls-nginx/capture.pcap.gz',
      'fixtures/tls-nginx/keys.log',
      ['/tls13', '/tls13'],
      '60 packets, 4 secrets of 1',
    ],
    [
      'ws.session in {2, 3}',
      CAPTURE,
      KEYS,
      ['/tls1.3/aes-256-gcm-sha384', '/tls1.3/chacha20-poly1305-sha256'],
      ' 8 secrets of 2',
    ],
    [
      'http.request.uri == "/session-id/2" && websocket.opcode == close',
      'fixtures/tls-resumed/handshakes.pcap.gz',
      'fixtures/tls-resumed/keys.log',
      ['/session-id/2'],
      ' 1 secret of 1',
    ],
  ])('%s of %s', (filter, capture, log, paths, said) => {
    const ran = decrypt(filter, ['--keylog', log], capture);
    expect([ran.status, ran.stdout]).toEqual([0, '']);
    expect(ran.stderr).toContain(said);
    expect(rows('sessions', out).map(({ path }) => path)).toEqual(paths);
    for (const path of paths) {
      const before = saidIn(path, '--keylog', log, capture);
      expect(before.length).toBeGreaterThan(5);
      expect(saidIn(path, out)).toEqual(before);
    }
    expect(statSync(out).mode & 0o777).toBe(0o600);
  });

  it('has the packets that export pcapng -Y has, and the secrets of these only', () => {
    const filter = 'ws.session in {2, 6}';
    const exported = join(folder, 'exported.pcapng');
    const keyed = join(folder, 'keyed.pcapng');
    wsdissect(['export', 'pcapng', '-q', '-Y', filter, '--keylog', KEYS, '-o', exported, CAPTURE]);
    expect(wsdissect(['decrypt', '--keylog', KEYS, exported, keyed]).status).toBe(0);
    decrypt(filter, ['--keylog', KEYS], CAPTURE);
    const packets = (file: string) => rows('frames', file).map(({ packets, time }) => [packets, time]);
    expect(packets(out).length).toBeGreaterThan(20);
    expect(packets(out)).toEqual(packets(keyed));
    expect(lines().toSorted()).toEqual(
      keyLogOf(readFileSync(keyed)).toString('latin1').trimEnd().split('\n').toSorted(),
    );
    expect(lines()).toHaveLength(8);
  });

  it('leaves out the secrets of others that the capture holds', () => {
    const all = join(folder, 'all.pcapng');
    wsdissect(['decrypt', '--keylog', KEYS, CAPTURE, all]);
    const encoder = new PcapngEncoder();
    const whole = readFileSync(all);
    const other = encoder.decryptionSecrets(0x57474b4c, Buffer.from('of another protocol'));
    const kept = encoder.custom(1, Buffer.from('kept'));
    const name = file('others.pcapng', concat([whole.subarray(0, 28), other, kept, whole.subarray(28)]));
    expect(decrypt('ws.session == 3', [], name).status).toBe(0);
    const written = readFileSync(out, 'latin1');
    expect([written.includes('kept'), written.includes('another protocol')]).toEqual([true, false]);
    const randoms = (text: string) =>
      new Set([...text.matchAll(/[A-Z_0]+ ([0-9a-f]{64}) /g)].map(([, one]) => one));
    const others = [...randoms(readFileSync(all, 'latin1'))].filter((one) => !randoms(written).has(one));
    expect([randoms(written).size, others.length]).toEqual([1, 7]);
  });

  it("has what a server's key told, also of a session before, whose connection is left out", () => {
    const capture = 'fixtures/tls-rsa/capture.pcap.gz';
    const keys = ['--rsa-key', 'fixtures/tls-rsa/server-key.pem'];
    for (const path of ['/ticket/2', '/session-id/3']) {
      expect(decrypt(`http.request.uri == "${path}"`, keys, capture).status).toBe(0);
      expect(lines()).toHaveLength(1);
      expect(rows('sessions', out).map((session) => session.path)).toEqual([path]);
      expect(saidIn(path, out)).toEqual(saidIn(path, ...keys, capture));
    }
  });

  it.skipIf(!hasProgram('tshark'))('tshark opens it decrypted, and there is nothing else', async () => {
    decrypt('http.request.uri == "/tls1.3/deflate"', ['--keylog', KEYS], CAPTURE);
    const session = rows('sessions', '--keylog', KEYS, CAPTURE).find(
      ({ path }) => path === '/tls1.3/deflate',
    );
    const wanted = rows('frames', '--keylog', KEYS, CAPTURE).filter(
      (frame) => frame.session === session.session,
    );
    const seen = await tsharkFrames(out, []);
    expect(seen.map(({ opcode, length, fin }) => [opcode, length, fin])).toEqual(
      rows('frames', out).map(({ opcode, length, fin }) => [parseOpcode(opcode), length, fin]),
    );
    expect([seen.length, new Set(seen.map(({ tcpStream }) => tcpStream)).size]).toEqual([wanted.length, 1]);
  });

  it('goes by what messages say', () => {
    const keys = ['--keylog', KEYS];
    const all = rows('messages', ...keys, CAPTURE);
    const [first] = all.filter(({ session, opcode }) => session === 5 && opcode === 'text');
    const filter = `websocket.payload.text contains ${JSON.stringify(first.content.slice(0, 12))} && ws.session == 5`;
    expect(decrypt(filter, keys, CAPTURE).status).toBe(0);
    expect(rows('sessions', out).map(({ path }) => path)).toEqual([first.path]);
  });

  it.each([
    ['81 81 00 00 00 00 61', 2, []],
    ['81 01 61', 0, ['/x']],
  ])('goes by findings: %s', (bytes, status, paths) => {
    const script = file(
      'script.json',
      JSON.stringify({ path: '/x', tls: true, steps: [{ client: { bytes } }] }),
    );
    const made = join(folder, 'made.pcapng');
    expect(wsdissect(['sample', '--script', script, '-o', made]).status).toBe(0);
    rmSync(out, { force: true });
    expect(decrypt('ws.finding == unmasked-client-frame', [], made).status).toBe(status);
    expect((status === 0 ? rows('sessions', out) : []).map(({ path }) => path)).toEqual(paths);
    if (status === 0) expect(saidIn('/x', out)).toEqual(saidIn('/x', made));
  });

  it.each([
    [
      'http.host == nowhere',
      ['--keylog', KEYS, CAPTURE],
      2,
      `${CAPTURE}: nothing to embed: there is nothing in it for which the filter holds`,
    ],
    [
      'ws.session == 1',
      ['--keylog', 'fixtures/tls-nginx/keys.log', 'fixtures/tls-nginx/capture.pcap.gz'],
      2,
      'fixtures/tls-nginx/capture.pcap.gz: nothing to embed: nothing that the filter holds for was in TLS',
    ],
    [
      'websocket',
      [CAPTURE],
      2,
      `${CAPTURE}: nothing to embed: 8 TLS connections, and none of the secrets opens them`,
    ],
    [
      'tcp.prt',
      ['--keylog', KEYS, CAPTURE],
      1,
      '-Y: there is no field "tcp.prt"; did you mean tcp.port?\n  tcp.prt\n  ^~~~~~~',
    ],
  ])('%s: nothing is written', (filter, args, status, said) => {
    const unmade = join(folder, 'unmade.pcapng');
    expect(wsdissect(['decrypt', '-Y', filter, ...args, unmade])).toEqual({
      status,
      stdout: '',
      stderr: `wsdissect: ${said}\n`,
    });
    expect(statSync(unmade, { throwIfNoEntry: false })).toBeUndefined();
  });
});
