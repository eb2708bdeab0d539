/**
 * The key logs of a run: read before the captures, and again while they are read, since the applications may still be
 * writing them.
 */
import { TLS_KEY_LOG } from './capture/embed-secrets.js';
import { GrowingFile } from './capture/growing-file.js';
import type { CaptureSecrets } from './capture/pcapng.js';
import { type KeyLogCounts, KeyLogParser } from './tls/key-log.js';
import type { SecretStore } from './tls/secrets.js';

/** A growing file is looked at so often, in milliseconds. */
const POLL_MS = 100;

export interface KeyLogSummary extends Readonly<KeyLogCounts> {
  readonly name: string;
}

export class KeyLogs {
  private readonly logs: {
    readonly file: GrowingFile;
    readonly parser: KeyLogParser;
    readonly name: string;
  }[] = [];
  private timer: NodeJS.Timeout | undefined = undefined;
  private polled = Date.now();

  /** Throws CaptureError for a file that cannot be read. `follow`: the captures come as they are recorded. */
  constructor(
    private readonly secrets: SecretStore,
    paths: readonly string[],
    private readonly follow: boolean,
  ) {
    for (const name of paths) {
      const parser = new KeyLogParser(secrets);
      const file = new GrowingFile(
        name,
        (bytes) => parser.push(bytes),
        () => parser.end(),
      );
      this.logs.push({ file, parser, name });
      if (!file.isPipe && !follow) parser.end();
      if (file.isPipe || follow) secrets.mayGrow = true;
    }
    if (paths.length > 0 && follow) this.timer = setInterval(() => this.poll(), POLL_MS).unref();
  }

  /** To be called often. */
  turn(): void {
    if (this.follow && Date.now() - this.polled >= POLL_MS) this.poll();
  }

  /** Takes a Decryption Secrets Block. */
  add({ type, data }: CaptureSecrets): void {
    if (type !== TLS_KEY_LOG) return;
    const parser = new KeyLogParser(this.secrets);
    parser.push(data);
    parser.end();
  }

  get summary(): readonly KeyLogSummary[] {
    return this.logs.map(({ name, parser }) => ({ name, ...parser.counts }));
  }

  close(): void {
    clearInterval(this.timer);
    for (const { file } of this.logs) file.close();
  }

  private poll(): void {
    this.polled = Date.now();
    for (const { file } of this.logs) file.poll();
  }
}
