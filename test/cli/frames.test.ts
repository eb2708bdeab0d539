/**
 * `wsdissect frames` as a user sees it, on a recorded capture.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { shell, startWsdissect, wsdissect } from '../support/cli.js';
import { fixturesRoot } from '../support/fixtures.js';
import { hasProgram } from '../support/tshark.js';

const hello = `${fixturesRoot}ws-hello/capture.pcap`;
const echo = `${fixturesRoot}ws-echo/capture.pcap`;
const derived = `${fixturesRoot}derived/`;
const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
afterAll(() => rmSync(folder, { recursive: true }));

const TEXT = `\
    1    0.010513   1 client→server  FIN ---  text         mask 7a837946      5 7-bit   Hello
    2    0.011896   1 server→client  FIN ---  text         unmasked          13 7-bit   Hello, client
    3    0.014655   1 client→server  FIN ---  ping         mask 751e932b     14 7-bit   are you there?
    4    0.017069   1 server→client  FIN ---  pong         unmasked          14 7-bit   are you there?
    5    0.020051   1 client→server  FIN ---  text         mask 0c1a0478     39 7-bit   {"type":"subscribe","channel":"ticker"}
    6    0.020612   1 server→client  FIN ---  text         unmasked          51 7-bit   {"type":"ticker","symbol":"ETH-EUR","price":2411.5}
    7    0.022170   1 client→server  FIN ---  binary       mask 74dc66f2      6 7-bit   ca fe 00 ff 10 80
    8    0.022413   1 server→client  FIN ---  binary       unmasked           6 7-bit   80 10 ff 00 fe ca
    9    0.024738   1 client→server  FIN ---  close        mask ab3e2c82      5 7-bit   1000 Normal Closure: bye
   10    0.025391   1 server→client  FIN ---  close        unmasked           5 7-bit   1000 Normal Closure: bye
`;

describe('-T text', () => {
  it('is the default off a terminal, and of the command', () => {
    const expected = { status: 0, stdout: TEXT, stderr: '' };
    for (const args of [
      [hello],
      ['frames', hello],
      ['-T', 'text', hello],
      ['-r', hello],
      ['--reader', 'pcap-parser', hello],
    ])
      expect(wsdissect(args)).toEqual(expected);
  });

  it.each([
    ['epoch', '1795246377.040234'],
    ['utc', '2026-11-21 07:32:57.040234Z'],
  ])('-t %s', (format, time) => {
    expect(wsdissect(['-t', format, '-c', '1', hello]).stdout).toBe(
      `    1 ${time}   1 client→server  FIN ---  text         mask 7a837946      5 7-bit   Hello\n`,
    );
  });

  it('shows fragments, all three length forms, and remarks', () => {
    const { stdout } = wsdissect([echo]);
    expect(stdout).toMatch(/ --- {2}text .* 7-bit/);
    expect(stdout).toMatch(/--- --- {2}text/);
    expect(stdout).toMatch(/FIN --- {2}continuation/);
    expect(stdout).toMatch(/65535 16-bit/);
    expect(stdout).toMatch(/65536 64-bit/);
    expect(wsdissect([`${derived}loss-payload.pcap`]).stdout).toMatch(/\[gap: \d+ bytes missing\]/);
  });
});

describe('what is shown can be limited', () => {
  it('-c N stops after N frames', () => {
    expect(wsdissect(['-c', '3', hello]).stdout).toBe(`${TEXT.split('\n').slice(0, 3).join('\n')}\n`);
  });

  it('--session N keeps the frames of one session', () => {
    const all = wsdissect(['-T', 'ndjson', `${fixturesRoot}many-sessions/capture.pcap`])
      .stdout.trim()
      .split('\n');
    const seventh = wsdissect([
      '-T',
      'ndjson',
      '--session',
      '7',
      `${fixturesRoot}many-sessions/capture.pcap`,
    ]).stdout;
    const expected = all.filter((line) => JSON.parse(line).session === 7);
    expect(expected.length).toBeGreaterThan(3);
    expect(seventh.trim().split('\n')).toEqual(expected);
  });
});

describe('JSON', () => {
  it('-T ndjson has the documented names', () => {
    const [first, , ping, , , , binary, , close] = wsdissect(['-T', 'ndjson', hello])
      .stdout.trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const common = {
      session: 1,
      client: '127.0.0.1:59560',
      server: '127.0.0.1:9002',
      path: '/live',
      sender: 'client',
    };
    const plain = {
      fin: true,
      rsv1: false,
      rsv2: false,
      rsv3: false,
      masked: true,
      lengthForm: 7,
      complete: true,
    };
    expect(first).toEqual({
      frame: 1,
      time: 1795246377.040234,
      ...common,
      ...plain,
      opcode: 'text',
      maskingKey: '7a837946',
      length: 5,
      payload: 'Hello',
      streamOffset: 0,
      packets: [8],
    });
    expect(ping).toMatchObject({
      opcode: 'ping',
      payloadBase64: Buffer.from('are you there?').toString('base64'),
    });
    expect(binary).toMatchObject({ opcode: 'binary', payloadBase64: 'yv4A/xCA' });
    expect(close).toMatchObject({ opcode: 'close', closeCode: 1000, closeReason: 'bye' });
  });

  it('-T json is one document with the same objects', () => {
    const lines = wsdissect(['-T', 'ndjson', echo]).stdout.trim().split('\n');
    expect(JSON.parse(wsdissect(['-T', 'json', echo]).stdout)).toEqual(lines.map((line) => JSON.parse(line)));
  });

  it('says what is missing', () => {
    const lines = wsdissect(['-q', '-T', 'ndjson', `${derived}loss-payload.pcap`])
      .stdout.trim()
      .split('\n');
    const hurt = lines.map((line) => JSON.parse(line)).filter(({ complete }) => !complete);
    expect(
      hurt.map(({ sender, length, truncated, missing }) => [sender, length, truncated, missing]),
    ).toEqual([
      ['client', 2000, false, [{ offset: 892, length: 300 }]],
      ['server', 2004, false, [{ offset: 896, length: 300 }]],
    ]);
  });

  it('--max-payload cuts payloads and says so', () => {
    const ran = wsdissect(['-T', 'ndjson', '--max-payload', '3', '-c', '1', hello]);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      length: 5,
      payload: 'Hel',
      payloadKept: 3,
      complete: true,
    });
    expect(ran.stderr).toMatch(/\[payload-limit\]/);
  });
});

describe('detail', () => {
  it('-V is a tree of the fields, with their bits, sections and bytes', () => {
    expect(wsdissect(['-V', '-c', '1', hello]).stdout).toBe(`\
Frame 1: text, 5 bytes, client → server
    Session 1: 127.0.0.1:59560 → 127.0.0.1:9002, path /live (TCP stream 0)
    Time: 0.010513 s since the first packet, 2026-11-21 07:32:57.040234Z (1795246377.040234)
    1... .... = FIN: 1 (last frame of its message)  [RFC 6455 §5.2; stream 0; packet 8 bytes 66]
    .0.. .... = RSV1: 0 (not set)  [RFC 6455 §5.2; stream 0; packet 8 bytes 66]
    ..0. .... = RSV2: 0 (not set)  [RFC 6455 §5.2; stream 0; packet 8 bytes 66]
    ...0 .... = RSV3: 0 (not set)  [RFC 6455 §5.2; stream 0; packet 8 bytes 66]
    .... 0001 = Opcode: 1 (text) (begins a text message, UTF-8)  [RFC 6455 §5.6; stream 0; packet 8 bytes 66]
    1... .... = Mask: 1 (the payload is masked)  [RFC 6455 §5.3; stream 1; packet 8 bytes 67]
    .000 0101 = Payload length: 5 (the length itself)  [RFC 6455 §5.2; stream 1; packet 8 bytes 67]
    Masking key: 7a837946 (byte i of the payload is XORed with byte i mod 4 of it)  [RFC 6455 §5.3; stream 2–5; packet 8 bytes 68–71]
    Payload, unmasked: Hello  [RFC 6455 §5.6; stream 6–10; packet 8 bytes 72–76]

`);
  });

  it('-V names every packet that carried a field', () => {
    const { stdout } = wsdissect(['-V', echo]);
    expect(stdout).toMatch(/Extended payload length \(64 bits\): 65536 .*packet \d+ bytes/);
    expect(stdout).toMatch(/Payload.*packet \d+ bytes \d+–\d+; packet \d+ bytes \d+–\d+/);
  });

  it('-x dumps the wire bytes and the unmasked payload', () => {
    expect(wsdissect(['-x', '-c', '1', hello]).stdout).toBe(`\
    1    0.010513   1 client→server  FIN ---  text         mask 7a837946      5 7-bit   Hello
    Frame as on the wire (11 bytes)
    0000  81 85 7a 83 79 46 32 e6  15 2a 15                 ..z.yF2..*.
    Payload unmasked (5 bytes)
    0000  48 65 6c 6c 6f                                    Hello

`);
  });

  it('-V -x shows both', () => {
    const { stdout } = wsdissect(['-V', '-x', '-c', '1', hello]);
    expect(stdout).toContain('= Opcode: 1 (text)');
    expect(stdout).toContain('0000  81 85 7a 83');
  });
});

describe('table', () => {
  it('has all columns at 120', () => {
    const { stdout } = wsdissect(['-T', 'table', hello], undefined, { COLUMNS: '120' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(14);
    expect(new Set(lines.map((line) => line.length))).toEqual(new Set([120]));
    expect(lines[1]).toMatch(
      /No\. .*Time .*Sess .*Dir .*FIN .*RSV .*Opcode .*Mask key .*Length .*Form .*Payload/,
    );
    expect(lines[3]).toMatch(
      / 1 │ +0\.010513 │ +1 │ C→S │ FIN │ --- │ text +│ 7a837946 │ +5 │ 7-bit +│ Hello/,
    );
  });

  it('fits into 80', () => {
    const { stdout } = wsdissect(['-T', 'table', hello], undefined, { COLUMNS: '80' });
    const lines = stdout.trimEnd().split('\n');
    expect(new Set(lines.map((line) => line.length))).toEqual(new Set([80]));
    expect(lines[3]).toMatch(/ 1 │ +0\.010513 │ +1 C→S +│ F---M │ text +│ +5 │ Hello/);
  });

  it('of many rows is seamless', () => {
    const { stdout } = wsdissect(['-T', 'table', `${fixturesRoot}many-sessions/capture.pcap`]);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(156 + 4);
    expect(lines.filter((line) => !line.startsWith('│'))).toHaveLength(3);
  });
});

describe('on a terminal', () => {
  const hasScript = hasProgram('script');
  /** Runs the program with a terminal as its standard output. */
  const onTerminal = (args: string, env: Record<string, string> = {}) =>
    shell(`script -qec "stty cols 120; '${process.execPath}' bin/wsdissect.js ${args}" /dev/null`, env)
      .stdout;

  it.skipIf(!hasScript)('shows a table in colours', () => {
    const output = onTerminal(hello);
    expect(output).toContain('┌');
    expect(output).toContain('\x1b[32mtext\x1b[39m');
  });

  it.skipIf(!hasScript)('NO_COLOR takes the colours away', () => {
    const output = onTerminal(hello, { NO_COLOR: '1' });
    expect(output).toContain('┌');
    expect(output).not.toContain('\x1b[3');
  });

  it.skipIf(!hasScript)('standard input that is a terminal is explained', () => {
    expect(onTerminal('-')).toMatch(/wsdissect: standard input is a terminal: pipe a capture into it/);
  });

  it('pipes get no colours', () => {
    expect(wsdissect(['-T', 'table', hello]).stdout).not.toContain('\x1b');
  });
});

describe('hostile payloads', () => {
  it('stay harmless in every format', () => {
    // "Hello" of the server's first frame becomes a title sequence, a C1 control and a bidirectional override.
    const bytes = Buffer.from(readFileSync(hello));
    const at = bytes.indexOf('Hello, client');
    Buffer.from('\x1b]0;x\x07\u009b\u202e').copy(bytes, at);
    const path = join(folder, 'hostile.pcap');
    writeFileSync(path, bytes);
    for (const args of [['-T', 'text'], ['-T', 'table'], ['-V'], ['-x'], ['-T', 'json'], ['-T', 'ndjson']]) {
      const { stdout } = wsdissect([...args, path]);
      expect(stdout.replace(/\n/g, ''), args.join(' ')).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202a-\u202e]/);
    }
    const [, second] = wsdissect(['-T', 'ndjson', path]).stdout.split('\n');
    expect(JSON.parse(second).payload).toBe('\x1b]0;x\x07\u009b\u202ent');
  });
});

describe('live', () => {
  it('frames come while the pipe is open', async () => {
    const bytes = readFileSync(hello);
    const child = startWsdissect(['-']);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    const lines = async (count: number): Promise<void> => {
      while (output.split('\n').length <= count) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    // Up to the end of packet 9, in odd pieces.
    const end = packetEnd(bytes, 9);
    for (let at = 0; at < end; at += 97) child.stdin.write(bytes.subarray(at, Math.min(end, at + 97)));
    await lines(2);
    expect(output).toBe(`${TEXT.split('\n').slice(0, 2).join('\n')}\n`);
    child.stdin.end(bytes.subarray(end));
    const status = await new Promise((resolve) => child.on('close', resolve));
    expect(output).toBe(TEXT);
    expect(status).toBe(0);
  });

  it('Ctrl-C prints what there is and ends the document', async () => {
    const bytes = readFileSync(hello);
    const child = startWsdissect(['-T', 'json', '-']);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stdin.write(bytes.subarray(0, packetEnd(bytes, 9)));
    while (!output.includes('client"')) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGINT');
    await new Promise((resolve) => child.on('close', resolve));
    expect(JSON.parse(output)).toHaveLength(2);
  });
});

/** Offset behind the record of packet `number` in a little-endian pcap. */
function packetEnd(bytes: Buffer, number: number): number {
  let at = 24;
  for (let i = 0; i < number; i++) at += 16 + bytes.readUInt32LE(at + 8);
  return at;
}
