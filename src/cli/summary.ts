/**
 * What a run comes to, for standard error: all that was read and found (`--summary`), and what was dropped.
 *
 * Strategy: dropped is what the capture holds and is not told, because it cannot be decoded or for a limit. What the
 * capture itself lost, or holds twice, is not: that is told where it lies, and in the summary. Nor is a connection that
 * showed no frames for so long that it is believed to carry none (recognition-limit).
 */
import type { DissectionSummary } from '../dissect.js';
import type { TextWriter } from '../output/writer.js';
import { count } from '../rules/count.js';

/** Defects that each tell of one thing that was dropped. */
const DROPS: readonly { readonly codes: readonly string[]; readonly noun: string }[] = [
  { codes: ['damaged-capture', 'corrupt-compression'], noun: 'capture* not read to its end' },
  { codes: ['implausible-record-length', 'implausible-block-length'], noun: 'damaged piece* of a capture' },
  { codes: ['cut-packet', 'too-many-headers', 'tunnel-too-deep'], noun: 'undecodable packet*' },
  { codes: ['bad-ipv4-header', 'bad-ipv6-header', 'bad-tcp-header'], noun: 'packet* with a bad header' },
  {
    codes: [
      'bad-fragment',
      'fragment-too-long',
      'fragment-timeout',
      'fragments-incomplete',
      'too-many-fragmented-datagrams',
      'too-many-fragment-bytes',
    ],
    noun: 'IP datagram* without all fragments',
  },
  { codes: ['segment-out-of-window', 'segment-behind-end'], noun: 'segment* out of place' },
  { codes: ['hole-limit'], noun: 'hole* given up early' },
  { codes: ['undecided-limit', 'lingering-limit'], noun: 'connection* given up' },
  {
    codes: ['head-limit', 'undecodable-head', 'broken-chunk', 'proxy-tunnel-limit', 'pending-requests-limit'],
    noun: 'HTTP exchange* unread',
  },
  { codes: ['held-bytes-limit'], noun: 'upgrade* with unread bytes behind it' },
  { codes: ['unanswered-upgrade'], noun: 'upgrade* without a whole answer' },
  { codes: ['tls-held-limit', 'tls-guess-limit'], noun: 'TLS connection* given up' },
  { codes: ['tls-authentication', 'tls-record', 'tls-tried-limit'], noun: 'piece* of TLS unread' },
  { codes: ['tls-secrets-limit', 'key-log-unreadable'], noun: 'key log* not read to its end' },
  { codes: ['search-limit'], noun: 'attempt* to find frames cut short' },
  { codes: ['payload-limit', 'message-limit'], noun: 'payload* cut' },
  { codes: ['comment-limit'], noun: 'comment* cut' },
  { codes: ['secrets-limit'], noun: 'secrets block* ignored' },
  { codes: ['open-pings-limit'], noun: 'list* of open Pings cut' },
];

/** `3 packets skipped, 1 payload cut`; empty: nothing was. */
export function describeDropped({ dropped, defects }: DissectionSummary): string {
  const counts: [number, string][] = [
    [dropped.packets, 'packet* skipped'],
    [dropped.connections, 'connection* dropped'],
    ...DROPS.map(({ codes, noun }): [number, string] => [
      codes.reduce((sum, code) => sum + (defects.get(code) ?? 0), 0),
      noun,
    ]),
  ];
  return counts
    .filter(([number]) => number > 0)
    .map(([number, noun]) => counted(number, noun))
    .join(', ');
}

export function writeSummary(summary: DissectionSummary, writer: TextWriter): void {
  const { capture, defects, dropped, tls } = summary;
  const codes = [...defects].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const rows: [name: string, value: string][] = [
    ['packets', `${capture.packets}`],
    ['bytes', `${capture.bytes}`],
    ['TCP connections', `${summary.connections}`],
    ['sessions', `${summary.sessions}`],
    ['frames', `${summary.frames}`],
    ['messages', `${summary.messages}`],
    ...tlsRows(tls),
    ['defects', `${codes.reduce((sum, [, number]) => sum + number, 0)}`],
    ...codes.map(([code, number]): [string, string] => [`  ${code}`, `${number}`]),
    ['captured twice', `${dropped.duplicateBytes} bytes of TCP`],
    ['missing', `${dropped.missingBytes} bytes of sessions, not captured or not decrypted`],
    ['not decodable', `${dropped.undecodedBytes} bytes of sessions`],
    ['dropped', describeDropped(summary) || 'nothing'],
  ];
  const widest = Math.max(...rows.map(([name]) => name.length));
  writer.write('wsdissect: summary\n');
  for (const [name, value] of rows) writer.write(`  ${name.padEnd(widest)}  ${value}\n`);
  writer.flush();
}

/** Where there is TLS, or somebody gave secrets for it. */
function tlsRows({ read, unread, secrets, usedSecrets }: DissectionSummary['tls']): [string, string][] {
  if (read + unread + secrets === 0) return [];
  return [
    ['TLS connections', unread === 0 ? `${read}, all read` : `${read} read, ${unread} not, or not in whole`],
    ['TLS secrets', `${secrets}, ${usedSecrets} of them for connections of the capture`],
  ];
}

/** The mark stands where the plural has its s. */
function counted(number: number, what: string): string {
  const [noun, rest] = what.split('*');
  return `${count(number, noun)}${rest}`;
}
