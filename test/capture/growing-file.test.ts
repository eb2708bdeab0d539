import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { GrowingFile } from '../../src/capture/growing-file.js';
import { wsdissect } from '../support/cli.js';
import { fixturesRoot } from '../support/fixtures.js';

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
afterAll(() => rmSync(folder, { recursive: true }));

function follow(path: string) {
  const told = { text: '', ends: 0 };
  const file = new GrowingFile(
    path,
    (bytes) => {
      told.text += Buffer.from(bytes).toString();
    },
    () => told.ends++,
  );
  return { file, told };
}

const until = async (condition: () => boolean) => {
  for (let i = 0; i < 500 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(condition()).toBe(true);
};

describe('a file', () => {
  it('is read again as far as it has grown, from its beginning where it was cut or another one has its name', () => {
    const path = join(folder, 'keys.log');
    writeFileSync(path, 'one ');
    const { file, told } = follow(path);
    expect([told.text, file.isPipe, file.poll()]).toEqual(['one ', false, false]);
    appendFileSync(path, 'two ');
    expect([file.poll(), told.text]).toEqual([true, 'one two ']);
    writeFileSync(path, 'anew ');
    expect([file.poll(), told.text]).toEqual([true, 'one two anew ']);
    writeFileSync(`${path}.next`, 'another file, and longer ');
    renameSync(`${path}.next`, path);
    expect([file.poll(), told.text]).toEqual([true, 'one two anew another file, and longer ']);
    appendFileSync(path, 'that grows');
    expect([file.poll(), told.text]).toEqual([true, 'one two anew another file, and longer that grows']);
    rmSync(path);
    expect(file.poll()).toBe(false);
    file.close();
  });
});

describe('a pipe', () => {
  const pipe = (name: string) => {
    const path = join(folder, name);
    execFileSync('mkfifo', [path]);
    return path;
  };

  it('is read as something comes, and ends when its writer does', async () => {
    const path = pipe('read');
    const { file, told } = follow(path);
    expect(file.isPipe).toBe(true);
    const writer = openSync(path, 'w');
    writeSync(writer, 'one ');
    await until(() => told.text === 'one ');
    writeSync(writer, 'two');
    await until(() => told.text === 'one two');
    expect(told.ends).toBe(0);
    closeSync(writer);
    await until(() => told.ends === 1);
  });

  it('that nobody writes into, or that stays open, keeps no run from its end', () => {
    const path = pipe('open');
    const keys = `${fixturesRoot}tls-nginx/keys.log`;
    const run = () => wsdissect(['sessions', '--keylog', path, `${fixturesRoot}tls-nginx/capture.pcap.gz`]);
    expect(
      run()
        .stdout.split('\n')
        .filter((line) => line.includes(' tls ')).length,
    ).toBeGreaterThan(0);
    execFileSync('sh', ['-c', `(cat '${keys}'; sleep 30) > '${path}' & sleep 0.2`], { stdio: 'ignore' });
    const began = Date.now();
    const { status, stdout } = run();
    expect(status).toBe(0);
    expect(stdout).toContain('/tls13');
    // The writer would hold it for half a minute.
    expect(Date.now() - began).toBeLessThan(25_000);
  }, 60_000);
});
