/**
 * `wsdissect explain` as a user runs it.
 */
import { describe, expect, it } from 'vitest';
import { shell, wsdissect } from '../support/cli.js';
import { fixturesRoot } from '../support/fixtures.js';
import { onTerminal } from './helpers.js';

const hello = `${fixturesRoot}ws-hello/capture.pcap`;
const HELLO = '81 85 37 fa 21 3d 7f 9f 4d 51 58';
const explain = (...args: string[]) => wsdissect(['explain', ...args]);

describe('a frame of a capture', () => {
  it('is the first one, or the one that is named', () => {
    expect(explain(hello).stdout).toMatch(/^Frame 1: text, 5 bytes, client → server, session 1\n/);
    const { status, stdout, stderr } = explain('--frame', '2', hello);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Frame 2: text, 13 bytes, server → client, session 1\n/);
    expect(stdout).toContain('\nWhere it lay\n  packet 9, at offset 66: bytes 0 to 14 of the frame\n');
  });

  it('may be chosen by a filter, and so may be several', () => {
    const frames = (...args: string[]) =>
      explain(...args, '-T', 'json', hello)
        .stdout.trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).opcode);
    expect(frames('-Y', 'websocket.opcode == close')).toEqual(['close']);
    expect(frames('-Y', 'websocket.opcode == close', '-c', '5')).toEqual(['close', 'close']);
  });

  it('comes with the comments of its packets', () => {
    const [text, json] = ['text', 'json'].map(
      (format) => shell(`wsdissect sample segments -o - | wsdissect explain -T ${format} -`).stdout,
    );
    expect(text).toContain('\n  comment on packet 8: A fifth of the frame\n');
    const { packets } = JSON.parse(json);
    expect(packets[0]).toMatchObject({ packet: 8, comment: 'A fifth of the frame' });
  });

  it('that comes before the answer to the handshake is what the client must not send', () => {
    const sample = (name: string) =>
      JSON.parse(shell(`wsdissect sample ${name} -o - | wsdissect explain -T json -`).stdout).findings;
    expect(sample('violation:early-frames')).toEqual([
      {
        rule: 'early-frames',
        severity: 'error',
        breaker: 'client',
        section: 'RFC 6455 §4.1',
        message: 'the client sent 11 bytes behind its request before the 101',
      },
    ]);
    expect(sample('hello-world')).toEqual([]);
  });

  it('that was found again behind a gap says that this is inferred', () => {
    const explained = shell(
      `wsdissect sample loss -o - | wsdissect explain -q --frame 3 -T json - || true`,
    ).stdout;
    expect(JSON.parse(explained).assumed).toEqual([
      expect.stringMatching(
        /^That a frame begins here is inferred from the bytes \(found again, 99\.\d %\)\.$/,
      ),
    ]);
  });

  it('says whether it refers back to earlier messages, where that can be known', () => {
    const why = (args: string, sample = 'deflate') => {
      const { stdout } = shell(`wsdissect sample ${sample} -o - | wsdissect explain ${args} -T json -`);
      const { parts, steps } = JSON.parse(stdout);
      return [parts.at(-1).why.replace(/^.*?\(RFC 7692 §7\.2\.1\)\./, ''), steps.at(-1).tells];
    };
    expect(why('--frame 1')).toEqual([
      '',
      'the message is whole, inflated, checked to be UTF-8, and handed on',
    ]);
    expect(why('--frame 2')).toEqual([
      ' It refers back to what this side said in earlier messages (context takeover, RFC 7692 §7.1.1, §7.2.3.2): without them it cannot be inflated.',
      'the message is whole, inflated with what earlier messages said, checked to be UTF-8, and handed on',
    ]);
  });

  it('comes with what is wrong with it', () => {
    const beginner = `${fixturesRoot}tutorial-server/capture.pcap`;
    const { stdout } = explain('-Y', 'ws.finding', beginner);
    expect(stdout).toMatch(/\nWhat is wrong\n(?:error|warning|note): .* \(RFC \d+ §[\d.]+\)\n/);
  });

  it.each([
    ['markdown', /^# Frame 1: text/],
    ['svg', /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/],
    ['json', /^\{"frame":1,"sender":"client"/],
  ])('as %s', (format, begins) => {
    expect(explain('-T', format, hello).stdout).toMatch(begins);
  });
});

describe('bytes', () => {
  it.each([
    ['\x81\x05Hello\x00', 'standard input is not a pcap or pcapng capture: unknown magic number c2810548'],
    [
      '81 05 48 65 6c 6c 6f',
      'standard input is a text file, not a capture: a hex dump becomes one with text2pcap IN OUT',
    ],
  ])('in place of a capture point at --hex: %j', (input, message) => {
    expect(wsdissect(['explain', '-'], Buffer.from(input))).toEqual({
      status: 2,
      stdout: '',
      stderr: `wsdissect: ${message}; frames without a capture are read as hexadecimal by --hex - (xxd -p makes it of raw bytes)\n`,
    });
  });

  it.each([
    [['--hex', HELLO], undefined],
    [['--hex', '0x81,0x85,0x37,0xfa,0x21,0x3d,0x7f,0x9f,0x4d,0x51,0x58'], undefined],
    [['--hex', '\\x81\\x85\\x37\\xfa\\x21\\x3d\\x7f\\x9f\\x4d\\x51\\x58'], undefined],
    [['--hex', '-'], '81853\n7fa213d7f9f4d5158\n'],
    [['--base64', 'gYU3+iE9f59NUVg='], undefined],
    [['--base64', '-'], 'gYU3-iE9f59NUVg\n'],
  ])('%j', (args, input) => {
    const { status, stdout } = wsdissect(
      ['explain', ...args],
      input === undefined ? undefined : Buffer.from(input),
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Frame 1: text, 5 bytes, client → server\n/);
    expect(stdout).not.toContain('Where it lay');
  });

  it('come with what is assumed of them, in each format', () => {
    const ofClient = 'The client says these bytes, since frame 1 is masked';
    expect(explain('--hex', HELLO).stdout).toContain(`\n\nWhat is assumed\n  ${ofClient}`);
    expect(explain('--hex', HELLO, '-T', 'markdown').stdout).toContain(`\n\nAssumed: ${ofClient}`);
    expect(explain('--hex', HELLO, '-T', 'svg').stdout).toContain(`>Assumed: ${ofClient}`);
    expect(explain('--hex', HELLO, '--sender', 'client', '-T', 'svg').stdout).not.toContain('Assumed');
    const json = (...args: string[]) => JSON.parse(explain('--hex', HELLO, '-T', 'json', ...args).stdout);
    expect(json().assumed).toEqual([expect.stringContaining(ofClient)]);
    expect(json('--sender', 'client').assumed).toBeUndefined();
    expect(explain(hello).stdout).not.toContain('assumed');
  });

  it('may be compressed, or not', () => {
    const broken = (...args: string[]) =>
      JSON.parse(explain('--hex', 'c1 05 48 65 6c 6c 6f', '-T', 'json', ...args).stdout).findings.map(
        ({ rule }: { rule: string }) => rule,
      );
    expect(broken()).toEqual(['deflate-undecodable']);
    expect(broken('--deflate')).toEqual(['deflate-undecodable']);
    expect(broken('--no-deflate')).toEqual(['rsv-without-extension']);
  });

  it('of several frames explains as many as are asked for, and says what else there is', () => {
    const two = '8900 8a00';
    const { stdout, stderr } = explain('--hex', two);
    expect(stdout.match(/^Frame/gm)).toHaveLength(1);
    expect(stderr).toBe('wsdissect: 1 more frame is in the bytes (-c 2 explains all)\n');
    expect(explain('--hex', two, '-c', '2')).toMatchObject({ status: 0, stderr: '' });
  });

  it.each([
    ['81 05 48', 'the bytes end in the middle of a frame'],
    ['81', 'the bytes end in the middle of a header'],
    ['8900 8a', 'the bytes end in the middle of a header'],
  ])('that are cut off: %s', (hex, message) => {
    const { status, stderr } = explain('--hex', hex);
    expect([status, stderr]).toEqual([2, `wsdissect: ${message}\n`]);
  });
});

it.each([
  [['--frame', '99', hello], 'there is no frame 99: the capture has 10'],
  [
    ['-Y', 'websocket.opcode == ping && websocket.payload_length == 99', hello],
    'of 10 frames the filter holds for none',
  ],
  [['--hex', 'zz'], '--hex takes bytes of two hexadecimal digits each, such as "81 05 48 65 6c 6c 6f"'],
  [['--base64', '???'], '--base64 takes Base64, such as gQVIZWxsbw=='],
  [['--hex', '8900', hello], 'explain takes a capture, --hex or --base64: only one of them'],
  [
    ['--sender', 'client', hello],
    '--sender and --deflate are of bytes: a capture tells who says what, and how',
  ],
  [['--no-deflate', hello], '--sender and --deflate are of bytes: a capture tells who says what, and how'],
  [
    ['--frame', '1', '--hex', '8900'],
    '--frame chooses a frame of a capture: of bytes -c N explains the first N',
  ],
  [['--frame', '1', '-Y', 'ws', hello], '--frame chooses a frame of a capture by its number, without -Y'],
  [['-T', 'svg', '-c', '2', '--hex', '8900 8a00'], '-T svg draws one frame: leave out -c'],
])('%j: one line', (args, message) => {
  expect(explain(...args)).toMatchObject({ status: 1, stdout: '', stderr: `wsdissect: ${message}\n` });
});

it('on a terminal of 80 columns no line is longer, and the parts are coloured', () => {
  const { stdout } = onTerminal(`wsdissect explain ${hello}`, 80);
  expect(stdout).toContain('\x1b[');
  const lines = stdout.replace(/\x1b\[\d+m/g, '').split('\r\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80);
});
