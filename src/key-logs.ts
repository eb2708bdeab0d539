/**
 * The key logs of a run: read before the captures, and again while they are read, since the applications may still be
 * writing them.
 */
import { GrowingFile } from './capture/growing-file.js';
import type { CaptureSecrets } from './capture/pcapng.js';
import { TLS_KEY_LOG } from './capture/pcapng-blocks.js';
import { type KeyLogCounts, KeyLogParser } from './tls/key-log.js';
import type { SecretStore } from './tls/secrets.js';

/** A growing file is looked at so often, in milliseconds. */
const POLL_MS = 100;
/** An application may hold its end of a pipe open. */
const PIPE_MS = 3000;

/** What was read of a key log. */
export interface KeyLogSummary extends Readonly<KeyLogCounts> {
  /** Its path. */
  readonly name: string;
}

export class KeyLogs {
  private readonly logs: {
    readonly file: GrowingFile;
    readonly parser: KeyLogParser;
    readonly name: string;
  }[] = [];
  private readonly pipes: Promise<void>[] = [];
  private timer: NodeJS.Timeout | undefined = undefined;

  /** Throws CaptureError for a file that cannot be read. `follow`: the captures come as they are recorded. */
  constructor(
    private readonly secrets: SecretStore,
    paths: readonly string[],
    private readonly follow: boolean,
    /** Told when secrets may have come between the packets. */
    private readonly came: () => void = () => {},
    /** Told when a key log that grows cannot be read any more, and why. */
    private readonly failed: (message: string) => void = () => {},
  ) {
    for (const name of paths) {
      const parser = new KeyLogParser(secrets);
      let ended = () => {};
      let isOpen = false;
      const atEnd = new Promise<void>((resolve) => {
        ended = resolve;
      });
      const file = new GrowingFile(
        name,
        (bytes) => {
          parser.push(bytes);
          if (isOpen) this.came();
        },
        () => {
          parser.end();
          ended();
        },
      );
      isOpen = file.isPipe;
      if (file.isPipe) this.pipes.push(atEnd);
      this.logs.push({ file, parser, name });
      if (!file.isPipe && !follow) parser.end();
      if (file.isPipe || follow) secrets.mayGrow = true;
    }
    if (paths.length > 0 && follow) this.timer = setInterval(() => this.poll(), POLL_MS).unref();
  }

  /** Where the captures are files: waits for what pipes have to tell, but not for ever. */
  async whole(): Promise<void> {
    if (this.follow || this.pipes.length === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PIPE_MS);
    });
    await Promise.race([Promise.all(this.pipes), patience]);
    clearTimeout(timer);
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
    try {
      const read = this.logs.map(({ file }) => file.poll());
      if (read.includes(true)) this.came();
    } catch (error) {
      clearInterval(this.timer);
      this.failed((error as Error).message);
    }
  }
}
