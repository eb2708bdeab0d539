/**
 * `wsdissect export pcapng`: captures as one pcapng, with what was said and what is wrong as comments of the packets; of a
 * filter, the connections that have a hit, and of one session its connection.
 *
 * Strategy: the captures are read twice, so they must be files: the first time for what is told of each packet and for the
 * connection that it is of, which lie in temporary files, the second time to write them.
 */
import { visible } from '../bytes/visible.js';
import { CaptureWriter } from '../capture/capture-writer.js';
import { readCaptures } from '../capture/captures.js';
import { isRepeatable } from '../capture/open.js';
import type { DissectionSummary } from '../dissect.js';
import type { Dissector } from '../dissector.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { NumberSet } from '../rewrite/number-set.js';
import { PacketComments } from '../rewrite/packet-comments.js';
import { PacketConnections } from '../rewrite/packet-connections.js';
import { Redaction } from '../rewrite/redaction.js';
import { Redactor } from '../rewrite/redactor.js';
import { count } from '../rules/count.js';
import type { Timestamp } from '../stream/place.js';
import type { Decoded } from '../subprotocol/decoder.js';
import type { Message } from '../websocket/message-record.js';
import type { Session } from '../websocket/session-record.js';
import type { ExportOptions } from './commands/export.js';
import { connectionFilter } from './connection-filter.js';
import { makeDecoding } from './decoding.js';
import { Diagnostics } from './diagnostics.js';
import { UsageError } from './exit.js';
import { Printing } from './progress.js';
import { inputsOf, run } from './run.js';
import { isSame } from './same-file.js';
import type { Terminal } from './terminal.js';
import { writeInto } from './write-into.js';

export async function exportPcapng(
  captures: readonly string[],
  options: ExportOptions,
  terminal: Terminal,
): Promise<void> {
  const inputs = inputsOf(captures, options);
  const out = outputOf(inputs, options, terminal);
  const connections = new PacketConnections();
  const comments = makeComments(inputs, options, terminal);
  const redaction = options.redact === true ? new Redaction(connections) : undefined;
  try {
    const reading = { captures, options, terminal, comments, connections, redaction };
    const { summary, kept } = await readNotes(reading);
    const redactor = redaction && new Redactor(redaction, connections);
    const merged =
      inputs.length === 1 ? undefined : summary.capture.captures.flatMap((capture) => capture.comments);
    await writeInto(out, async (write) => {
      const writer = new CaptureWriter(write, { merged, bare: redactor !== undefined });
      await readCaptures(
        inputs,
        // The first reading has told what is wrong with them.
        { reader: options.reader, limits: options.limit, report() {}, blocks: (one) => writer.block(one) },
        {
          packet(packet) {
            // What was not there the first time is left out, and what was not wanted (Ctrl-C).
            if (packet.number > summary.packets) return false;
            if (kept !== undefined && !connections.isOf(packet.number, kept)) return;
            const told = redactor === undefined ? packet : redactor.packet(packet);
            if (told !== undefined) writer.packet(told, comments.take(packet.number));
          },
        },
      );
      writer.end();
    });
    if (options.quiet === true) return;
    if (redaction !== undefined) tellOfRedaction(redaction, redactor!.leftOut, summary.tls.read, terminal);
    else if (summary.tls.read > 0) tellOfSecrets(out, options, kept !== undefined, terminal);
  } finally {
    comments.close();
    connections.close();
    redaction?.close();
  }
}

/** Who reads what is written needs them, too; and shall not get those of others unawares. */
function tellOfSecrets(
  out: string,
  { keylog, rsaKey }: ExportOptions,
  isPart: boolean,
  { stderr }: Terminal,
): void {
  const name = out === '-' ? 'standard output' : visible(out);
  if (keylog.length + rsaKey.length > 0)
    stderr.write(
      `wsdissect: ${name}: without the secrets given for its TLS; wsdissect decrypt embeds them\n`,
    );
  else if (isPart)
    stderr.write(
      `wsdissect: ${name}: with all secrets that the capture holds, also of connections that are left out; ` +
        'wsdissect decrypt -Y leaves these out\n',
    );
  stderr.flush();
}

/** What could not be redacted, and so is not there. */
function tellOfRedaction(
  { unredactableSessions, uncertainFrames }: Redaction,
  leftOut: number,
  tls: number,
  { stderr }: Terminal,
): void {
  if (unredactableSessions > 0)
    stderr.write(
      `wsdissect: left out: ${count(unredactableSessions, 'session')} in HTTP/2 without TLS, which cannot be redacted\n`,
    );
  if (leftOut > 0)
    stderr.write(
      `wsdissect: left out: ${count(leftOut, 'packet')} of WebSockets: fragments, or cut within their headers\n`,
    );
  if (tls > 0)
    stderr.write(
      `wsdissect: still encrypted: ${count(tls, 'TLS connection')}, which whoever has the secrets can read\n`,
    );
  if (uncertainFrames > 0)
    stderr.write(
      `wsdissect: overwritten with their headers: ${count(uncertainFrames, 'frame')} that may be payload (confidence below 0.99)\n`,
    );
  stderr.flush();
}

/** Where to write. Throws UsageError for what cannot be read twice, or would be written over. */
function outputOf(inputs: readonly string[], { output }: ExportOptions, terminal: Terminal): string {
  const once = inputs.find((input) => !isRepeatable(input));
  if (once !== undefined)
    throw new UsageError(
      `${once === '-' ? 'standard input' : visible(once)} is no file: export pcapng reads it twice`,
    );
  if (output === undefined && terminal.stdoutIsTerminal)
    throw new UsageError('a capture is not written to a terminal: name a file with -o');
  if (output !== undefined && inputs.some((input) => isSame(input, output)))
    throw new UsageError('the capture itself cannot be the file to write');
  return output ?? '-';
}

function makeComments(
  captures: readonly string[],
  { limit, redact, quiet = false }: ExportOptions,
  terminal: Terminal,
): PacketComments {
  const diagnostics = new Diagnostics(terminal, { captures, quiet, makeWay() {} });
  return new PacketComments({
    most: limit.maxPacketComments ?? DEFAULT_LIMITS.maxPacketComments,
    hidden: redact === true,
    defect: (code, message, packet) => diagnostics.defect({ layer: 'websocket', code, message, packet }),
  });
}

interface Reading {
  readonly captures: readonly string[];
  readonly options: ExportOptions;
  readonly terminal: Terminal;
  readonly comments: PacketComments;
  readonly connections: PacketConnections;
  readonly redaction: Redaction | undefined;
}

interface FirstReading {
  readonly summary: DissectionSummary;
  /** Connections to be written; undefined: all there is. */
  readonly kept: NumberSet | undefined;
}

async function readNotes(reading: Reading): Promise<FirstReading> {
  const { captures, options, terminal, comments, connections, redaction } = reading;
  let start: Timestamp = { seconds: 0, nanoseconds: 0 };
  let dissector: Dissector | undefined;
  let summary: DissectionSummary | undefined;
  let latest: Decoded | undefined;
  const defect = (code: string, message: string) => dissector?.defect('subprotocol', code, message);
  const decoding = await makeDecoding(options, defect);
  const kept = new NumberSet();
  const said = new WeakMap<Message, Decoded>();
  const told = { start: () => start, decoded: (message: Message) => said.get(message), defect };
  const keep = ({ number, connection }: Session) => {
    if (options.session === undefined || number === options.session) kept.add(connection);
  };
  const filter = await connectionFilter(options, told, keep);
  const choosing = filter !== undefined || options.session !== undefined;
  await run(captures, options, terminal, {
    consumer: {
      ...((filter?.frame !== undefined || redaction !== undefined) && {
        frame: (frame) => {
          filter?.frame?.(frame);
          redaction?.frame(frame);
        },
      }),
      opened: (its: Dissector) => {
        dissector = its;
        start = its.start;
      },
      ...(redaction !== undefined && {
        head: (head) => redaction.head(head),
        headCut: (cut) => redaction.headCut(cut),
      }),
      message: (message) => {
        latest = decoding.decode(message);
        if (latest !== undefined) said.set(message, latest);
        filter?.message?.(message);
        comments.message(message, latest);
      },
      finding: (finding) => {
        filter?.finding?.(finding);
        comments.finding(finding);
      },
      sessionClosed: (closed) => {
        filter?.sessionClosed?.(closed);
        if (filter === undefined) keep(closed.session);
        redaction?.closed(closed);
        decoding.close(closed.session);
      },
    },
    ...((choosing || redaction !== undefined) && { tracker: connections }),
    printing: new Printing(options.output === undefined),
    previewPayload: undefined,
    session: options.session,
    finish(its) {
      summary = its;
    },
  });
  return { summary: summary!, kept: choosing ? kept : undefined };
}
