/**
 * What is told on standard error: defects, the first few of each kind as they come, the rest as a count at the
 * end; and in the end, where nothing was found, why that may be.
 */
import { basename } from 'node:path';
import { visible } from '../bytes/visible.js';
import type { DissectionSummary } from '../dissect.js';
import { HOW_TO_GET_SECRETS } from '../output/tls-text.js';
import { count } from '../rules/count.js';
import type { Defect } from '../stream/defect.js';
import { describeDropped } from './summary.js';
import type { Terminal } from './terminal.js';

/** Lines printed per kind of defect. */
const SHOWN = 5;

export interface DiagnosticsOptions {
  /** The captures, as they were given. */
  readonly captures: readonly string[];
  readonly quiet: boolean;
  /** Called before a line is printed. */
  readonly makeWay: () => void;
  /** Told each line, printed or not: files are named without their folders. */
  readonly told?: ((line: string) => void) | undefined;
}

type NameOf = (file: string) => string;
const asGiven: NameOf = (file) => file;
/** A line that names files. */
type Line = (nameOf: NameOf) => string;

export class Diagnostics {
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly terminal: Terminal,
    private readonly options: DiagnosticsOptions,
  ) {}

  /** Notes a defect, and prints it unless many of its kind were printed. */
  defect(defect: Defect): void {
    const count = (this.counts.get(defect.code) ?? 0) + 1;
    this.counts.set(defect.code, count);
    if (count > SHOWN) return;
    const offset = defect.captureOffset === undefined ? '' : ` (byte ${defect.captureOffset} of the capture)`;
    this.warning(
      (nameOf) => `${this.whereOf(defect, nameOf)}${visible(defect.message)}${offset} [${defect.code}]`,
    );
  }

  /** Prints how many defects were not shown, and what was not found. `session`: the one asked for. */
  finish(summary: DissectionSummary, session: number | undefined): void {
    for (const [code, count] of this.counts)
      if (count > SHOWN) this.warning(`${count - SHOWN} more of the kind [${code}] (${count} in all)`);
    if (isUnusable(summary))
      this.warning(`no packet could be read: ${all(summary.skippedPackets, 'packet')} had to be skipped`);
    else if (summary.sessions === 0) this.line(describeNothing(summary));
    else if (session !== undefined && session > summary.sessions)
      this.line(`there is no session ${session}, only ${count(summary.sessions, 'session')}`);
    this.tellOfTls(summary);
    const dropped = describeDropped(summary);
    if (dropped !== '' && !isUnusable(summary)) this.line(`dropped: ${dropped}`);
    this.terminal.stderr.flush();
  }

  /** Why TLS stayed unread: where somebody gave secrets, or it may be why there are no sessions. */
  private tellOfTls({ tls, sessions }: DissectionSummary): void {
    for (const { name, secrets, malformed } of tls.keyLogs) {
      const lines = malformed > 0 ? ` (${count(malformed, 'line')} of another format)` : '';
      if (secrets === 0)
        this.warning(
          (nameOf) => `${visible(nameOf(name))}: no secrets in it${lines}: it is no key log, or still empty`,
        );
      else if (malformed > 0)
        this.warning(
          (nameOf) => `${visible(nameOf(name))}: ${count(malformed, 'line')} not of the key log format`,
        );
    }
    if (tls.unread === 0 || (sessions > 0 && tls.secrets === 0)) return;
    const which = `${count(tls.unread, 'TLS connection')} could not be read, or not in whole`;
    if (tls.secrets === 0) this.line(`${which}: there are no secrets for them; ${HOW_TO_GET_SECRETS}`);
    else
      this.line(
        `${which} (wsdissect sessions tells which and why); of ${count(tls.secrets, 'known secret')} ` +
          `${tls.usedSecrets} are for connections of the capture`,
      );
  }

  /** Packets are numbered over all captures: of several, the file and the number in it are told too. */
  private whereOf({ packet, capture, packetInCapture = 0 }: Defect, nameOf: NameOf): string {
    const { captures } = this.options;
    if (captures.length === 1) return packet > 0 ? `packet ${packet}: ` : '';
    if (capture === undefined) return packet > 0 ? `packet ${packet} of all: ` : '';
    const name = captures[capture] === '-' ? 'standard input' : visible(nameOf(captures[capture]));
    return packetInCapture > 0 ? `${name}: packet ${packetInCapture} (${packet} of all): ` : `${name}: `;
  }

  private warning(line: string | Line): void {
    this.line(line, `${this.terminal.errorColors.remark('warning')}: `);
  }

  private line(line: string | Line, kind = ''): void {
    const textOf = typeof line === 'string' ? () => line : line;
    this.options.told?.(textOf(basename));
    if (this.options.quiet) return;
    const { stderr } = this.terminal;
    this.options.makeWay();
    stderr.write(`wsdissect: ${kind}${textOf(asGiven)}\n`);
    stderr.flush();
  }
}

/** Whether there were packets, and not one of them could be read. */
export function isUnusable({ skippedPackets, packets, capture }: DissectionSummary): boolean {
  return skippedPackets > 0 && skippedPackets === packets + capture.skipped;
}

/** No session: how far the traffic was understood, and what is the likeliest reason. */
function describeNothing({ packets, connections, tls }: DissectionSummary): string {
  if (packets === 0) return 'there is no packet to read';
  if (connections === 0) return `no TCP connection in ${count(packets, 'packet')}, so no WebSocket`;
  const read = `${count(packets, 'packet')}, ${count(connections, 'TCP connection')}`;
  // What is unread for want of secrets is told in a line of its own.
  const needsMore = tls.unread < connections;
  return (
    `no WebSocket session in ${read}` +
    (needsMore ? '; a session without its handshake may need --decode-as tcp.port==N,websocket' : '')
  );
}

function all(number: number, noun: string): string {
  return number === 1 ? `the only ${noun}` : `all ${number} ${noun}s`;
}
