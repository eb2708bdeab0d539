import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { GrowingFile } from '../src/capture/growing-file.js';
import { KeyLogs } from '../src/key-logs.js';
import { SecretStore } from '../src/tls/secrets.js';

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
const path = join(folder, 'keys.log');
const line = (octet: number) =>
  `CLIENT_RANDOM ${Buffer.alloc(32, octet).toString('hex')} ${Buffer.alloc(48, octet).toString('hex')}\n`;

beforeEach(() => {
  vi.useFakeTimers();
  writeFileSync(path, line(1));
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('a key log that grows is read again; one that cannot be read any more is told once, and left', () => {
  const secrets = new SecretStore();
  const [came, failed] = [vi.fn(), vi.fn()];
  const logs = new KeyLogs(secrets, [path], true, came, failed);
  expect([secrets.known, secrets.mayGrow]).toEqual([1, true]);
  writeFileSync(path, line(2), { flag: 'a' });
  vi.advanceTimersByTime(100);
  expect([secrets.known, came.mock.calls.length]).toEqual([2, 1]);
  vi.spyOn(GrowingFile.prototype, 'poll').mockImplementation(() => {
    throw new Error(`${path}: cannot be read (EIO)`);
  });
  vi.advanceTimersByTime(1000);
  expect(failed.mock.calls).toEqual([[`${path}: cannot be read (EIO)`]]);
  expect(came).toHaveBeenCalledTimes(1);
  logs.close();
  rmSync(folder, { recursive: true });
});
