/**
 * The recordings under fixtures/tls-*, h2-* and h2c-*: what the applications logged of their messages and of the
 * connection that carried them, by capture.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fixturesRoot } from './fixtures.js';
import { bare, type LoggedSession, type RecordedSession } from './messages.js';

export interface CarriedSession extends RecordedSession {
  /** File name; all captures of the folder have it where it is not told. */
  readonly capture?: string | readonly string[];
  /** As the applications' sockets told. */
  readonly tls?: {
    readonly version: string;
    readonly suite: string;
    readonly resumed: boolean;
    readonly serverName: string | null;
    readonly alpn: string | null;
  };
  /** Status null: the stream was reset without an answer. */
  readonly http?: { readonly version: string; readonly stream: number; readonly status: number | null };
  /** Which rules a peer was made to break. */
  readonly breaks?: readonly { readonly rule: string; readonly breaker: string }[];
}

export interface CarriedCase {
  readonly folder: string;
  readonly file: string;
  readonly capture: string;
  readonly keyLogs: readonly string[];
  readonly recorded: readonly CarriedSession[];
  readonly sessions: readonly LoggedSession[];
}

const names = (prefix: RegExp): string[] => readdirSync(fixturesRoot).filter((name) => prefix.test(name));

/** All captures of all folders whose names begin so, without those that lost packets. */
export function carriedCases(prefix: RegExp): CarriedCase[] {
  return names(prefix)
    .filter((folder) => folder !== 'tls-lost')
    .flatMap((folder) => casesOf(folder));
}

export function casesOf(folder: string): CarriedCase[] {
  const path = `${fixturesRoot}${folder}/`;
  const { sessions } = JSON.parse(readFileSync(`${path}messages.json`, 'utf8')) as {
    sessions: CarriedSession[];
  };
  const keyLogs = existsSync(`${path}keys.log`) ? [`${path}keys.log`] : [];
  return readdirSync(path)
    .filter((file) => file.endsWith('.pcap.gz'))
    .map((file) => {
      const recorded = sessions.filter(
        ({ capture }) => capture === undefined || [capture].flat().includes(file),
      );
      return { folder, file, capture: `${path}${file}`, keyLogs, recorded, sessions: recorded.map(bare) };
    });
}
