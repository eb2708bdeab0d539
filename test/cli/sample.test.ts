import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { shell, wsdissect } from '../support/cli.js';
import { root } from '../support/fixtures.js';

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
afterAll(() => rmSync(folder, { recursive: true }));
const sample = (...args: string[]) => wsdissect(['sample', ...args]);

it('lists what there is', () => {
  for (const args of [[], ['list']]) {
    const { status, stdout } = sample(...args);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^hello-world +One message each way/m);
    expect(stdout).toMatch(/^violation:unmasked-client-frame +A client frame is not masked$/m);
  }
});

it('writes a capture, into a file or a pipe', () => {
  const out = join(folder, 'hello.pcapng');
  expect(sample('hello-world', '-o', out)).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(wsdissect(['messages', '-T', 'ndjson', out]).stdout.split('\n')[0]).toContain('"content":"Hello"');
  const { stdout } = shell('wsdissect sample violation:unmasked-client-frame -o - | wsdissect check -');
  expect(stdout).toContain('unmasked-client-frame');
});

it('plays the script of the README, of which it says what is broken', () => {
  const readme = readFileSync(`${root}README.md`, 'utf8');
  const script = join(folder, 'lesson.yaml');
  writeFileSync(script, /```yaml\n([\s\S]*?)```/.exec(readme)![1]);
  const out = join(folder, 'lesson.pcapng');
  expect(sample('--script', script, '-o', out)).toEqual({
    status: 0,
    stdout: '',
    stderr: `wsdissect: ${script}: warning: line 10: step 7: a client masks its frames (RFC 6455 §5.1)\n`,
  });
  const findings = wsdissect(['check', '-T', 'ndjson', out]).stdout;
  expect(findings).toContain('"rule":"unmasked-client-frame"');
  expect(findings).toContain('"rule":"reserved-opcode"');
});

it('says in which line of a script a mistake is, and warns of what breaks a rule', () => {
  const script = join(folder, 'mistake.yaml');
  const played = (text: string) => {
    writeFileSync(script, text);
    const { status, stderr } = sample('--script', script, '-o', join(folder, 'mistake.pcapng'));
    return [status, stderr.replace(script, 'mistake.yaml')];
  };
  expect(played('steps:\n  - client: a\n  - "\\u001b[31m": b')).toEqual([
    1,
    'wsdissect: mistake.yaml: line 3: step 2: \\x1b[31m is not known; there are client, server and wait\n',
  ]);
  expect(played('steps:\n  - client: { "\\u001b[31m": b }')).toEqual([
    1,
    expect.stringMatching(/^wsdissect: mistake.yaml: line 2: step 1: [ -~␛]+ is not known; [ -~]+\n$/),
  ]);
  expect(played('steps:\n  - client: { close: 1000 }\n  - client: a')).toEqual([
    0,
    'wsdissect: mistake.yaml: warning: line 3: step 2: the client goes on behind its Close of step 1 (RFC 6455 §5.5.1)\n',
  ]);
});

it.each([
  [
    ['nothing-like-it', '-o', 'x'],
    /^wsdissect: there is no scenario "nothing-like-it".*\(wsdissect sample list\)\n$/,
  ],
  [['hello-wolrd', '-o', 'x'], /did you mean hello-world\?/],
  [['list', '-o', 'x'], /^wsdissect: -o takes a capture: name a scenario, or give a script\n$/],
  [['-o', 'x'], /^wsdissect: -o takes a capture: name a scenario, or give a script\n$/],
  [['hello-world'], /^wsdissect: say where to write the capture: -o FILE \(-o - for standard output\)\n$/],
  [['hello-world', '-o', '/nowhere/x'], /^wsdissect: cannot write to \/nowhere\/x \(ENOENT\)\n$/],
  [['hello-world', '--script', 'x', '-o', 'x'], /^wsdissect: name a scenario or give a script, not both\n$/],
  [['--script', '/nowhere/x', '-o', 'x'], /^wsdissect: \/nowhere\/x: ENOENT/],
  [['--script', 'package.json', '-o', 'x'], /^wsdissect: package.json: .*\n$/],
  [
    ['hello-world', '--seed', 'x', '-o', 'x'],
    /'--seed <n>' argument 'x' is invalid. It must be a whole number.\n/,
  ],
  [['hello-world', '--seed', '4294967296', '-o', 'x'], /It must be a whole number.\n/],
  [['hello-world', '--seed', '', '-o', 'x'], /It must be a whole number.\n/],
])('%j: one line, and nothing is written', (args, message) => {
  const { status, stdout, stderr } = sample(...args);
  expect([status === 1 || status === 2, stdout]).toEqual([true, '']);
  expect(stderr).toMatch(message);
  expect(existsSync(join(root, 'x'))).toBe(false);
});
