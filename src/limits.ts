/**
 * Every bound on what hostile or unlucky input may cost: its name, its default, what it is of, and the defect that
 * says it was hit. The one source for the options of the library, for `--limit NAME=VALUE` and `wsdissect limits`,
 * and for what the defects call it.
 *
 * Strategy: a table, and nothing that knows a station. Each station takes the options that it needs as plain numbers
 * and has its defaults from here. What a protocol itself limits (RFC 6455 §5.5: 125 octets of control payload) is no
 * option and stands as a constant where it is decoded.
 */

/** What a limit is counted in. */
export type LimitUnit = 'bytes' | 'seconds' | 'count';

/** What is to be known of a limit. */
export interface LimitFacts {
  readonly default: number;
  readonly unit: LimitUnit;
  /** What is bounded, and what becomes of the rest. */
  readonly meaning: string;
  /** Code of the defect that tells of a hit; undefined where that costs nothing but patience. */
  readonly defect: string | undefined;
}

const KiB = 1024;
const MiB = 1024 * KiB;

const bytes = (size: number, defect: string | undefined, meaning: string): LimitFacts => ({
  default: size,
  unit: 'bytes',
  meaning,
  defect,
});
const count = (most: number, defect: string | undefined, meaning: string): LimitFacts => ({
  default: most,
  unit: 'count',
  meaning,
  defect,
});
const seconds = (most: number, defect: string | undefined, meaning: string): LimitFacts => ({
  default: most,
  unit: 'seconds',
  meaning,
  defect,
});

/** What each limit bounds, and its default, in the order in which bytes meet them. */
export const LIMITS = {
  maxSalvageInput: bytes(
    MiB,
    'corrupt-compression',
    'of gzip kept to read a corrupt stream up to its fault; in longer ones the last piece before it is lost',
  ),
  maxSalvaged: bytes(
    64 * MiB,
    'corrupt-compression',
    'unpacked of a corrupt gzip stream to find its fault; beyond, the last piece before it is lost',
  ),
  // libpcap writes up to 262,144, but Linux hands up offloaded segments of 512 KiB (BIG TCP), and a damaged length is
  // no likelier to pass at 1 MiB than at a quarter of it.
  maxPacketLength: bytes(
    MiB,
    'implausible-record-length',
    'captured of a packet; a longer one is damage, and skipped',
  ),
  maxBlockLength: bytes(
    16 * MiB,
    'implausible-block-length',
    'of a pcapng block, beside the longest packet; a longer one is damage, or skipped',
  ),
  maxResync: bytes(
    4 * MiB,
    'damaged-capture',
    'searched behind damage for the next packet; without one the reading ends there',
  ),
  maxComment: bytes(16 * KiB, 'comment-limit', 'of the comments of a pcapng block; the rest is left out'),
  maxSectionComments: count(
    64,
    'comment-limit',
    'comments of pcapng sections kept; further ones are left out',
  ),
  maxSecrets: bytes(
    16 * MiB,
    'secrets-limit',
    'of decryption secrets in a capture, and 256 for each block of them; the rest is ignored',
  ),
  maxInterfaces: count(
    65_536,
    'too-many-interfaces',
    'interfaces of a pcapng section; packets of further ones are skipped',
  ),
  maxCaptureTurns: count(
    65_536,
    'capture-turns-limit',
    'turns of captures read side by side, remembered to tell whose a packet is; the older half is forgotten',
  ),
  maxEncapsulations: count(
    16,
    'too-many-headers',
    'tags, labels and link headers in front of IP, and extension headers of IPv6 or GTP; a packet with more is skipped',
  ),
  maxTunnels: count(8, 'tunnel-too-deep', 'IP tunnels inside each other; a packet with more is skipped'),
  maxFragmentedDatagrams: count(
    1024,
    'too-many-fragmented-datagrams',
    'IP datagrams that wait for fragments; the oldest is dropped',
  ),
  maxFragmentBytes: bytes(
    16 * MiB,
    'too-many-fragment-bytes',
    'held by IP datagrams that wait for fragments; the oldest is dropped',
  ),
  // RFC 8200 §4.5 asks for 60 s, Linux gives 30.
  fragmentTimeout: seconds(
    30,
    'fragment-timeout',
    'of capture time that an IP datagram waits for fragments; then it is dropped',
  ),
  maxCompletedDatagrams: count(
    1024,
    'completed-datagrams-limit',
    'IP datagrams made whole, remembered for a second to tell copies of fragments; the oldest is forgotten',
  ),
  maxCompletedBytes: bytes(4 * MiB, 'completed-datagrams-limit', 'held by those; the oldest is forgotten'),
  maxConnections: count(
    1_048_576,
    'connection-limit',
    'TCP connections at a time; the quarter that was not seen for longest is dropped',
  ),
  maxHeldPerDirection: bytes(
    8 * MiB,
    'hole-limit',
    'behind holes in one direction of a connection; the first hole is given up as a gap',
  ),
  maxHeldTotal: bytes(
    32 * MiB,
    'hole-limit',
    'behind holes in all connections; a hole of the one that adds is given up as a gap',
  ),
  graceSegments: count(
    16,
    undefined,
    'segments of a connection that an acknowledged hole is given to fill; then it is a gap',
  ),
  graceSeconds: seconds(1, undefined, 'of capture time that it is given'),
  maxLingering: count(
    1024,
    'lingering-limit',
    'connections that were reset and may not be quiet yet; the one reset first is ended',
  ),
  maxSuspects: count(
    1024,
    'suspect-limit',
    'connections with a SYN in their middle, forged or of a new one; the oldest SYN is forgotten',
  ),
  maxHeadLength: bytes(64 * KiB, 'head-limit', 'of an HTTP head; a longer one is passed over'),
  maxHeldForSecrets: bytes(
    MiB,
    'tls-held-limit',
    'of a TLS connection that wait for its secrets or its hellos; then it counts as one that cannot be read',
  ),
  maxTlsWaiting: bytes(
    32 * MiB,
    'tls-held-limit',
    'of all TLS connections that wait so; the one that began to wait first is given up',
  ),
  maxTlsTried: bytes(
    128 * MiB,
    'tls-tried-limit',
    'decrypted in vain behind a loss in TLS, 2048 for each try besides, to find the next record; then it is given up',
  ),
  maxTlsGuesses: count(
    100_000,
    'tls-guess-limit',
    'secrets that are tried for TLS connections whose ClientHello was not captured; further ones stay unread',
  ),
  maxTlsSecrets: bytes(
    256 * MiB,
    'tls-secrets-limit',
    'that the secrets of all key logs and secrets blocks take in memory; further ones are ignored',
  ),
  maxHeldForResponse: bytes(
    MiB,
    'held-bytes-limit',
    'that wait for the response to an upgrade, and of requests without one; the rest is a gap',
  ),
  maxPendingRequests: count(
    1000,
    'pending-requests-limit',
    'HTTP requests of a connection without a response; further ones are only counted',
  ),
  // Chromium keeps 64 KiB, what it has is mostly far less.
  maxH2Table: bytes(
    64 * KiB,
    'h2-table-limit',
    'kept of a table of HTTP/2 headers, if the peers agree on more; older fields are then unknown',
  ),
  maxH2Streams: count(
    4096,
    'h2-streams-limit',
    'HTTP/2 streams of a connection open at a time; the one opened first is given up',
  ),
  maxH2Searched: bytes(
    256 * KiB,
    'h2-search-limit',
    'held of one direction while HTTP/2 frames are searched for; then all of it is given up',
  ),
  maxProxyTunnels: count(4, 'proxy-tunnel-limit', 'CONNECT inside CONNECT; what is deeper stays unread'),
  // By default what some 30,000 connections cost whose opening was not captured.
  maxUndecided: bytes(
    256 * MiB,
    'undecided-limit',
    'held for connections that are no session so far; the one silent for longest is given up',
  ),
  maxRecognised: bytes(
    64 * KiB,
    'recognition-limit',
    'of a side, in 16 segments or more, looked at for frames without a handshake; then there are none',
  ),
  maxSearched: bytes(
    MiB,
    'search-limit',
    'held of one direction while frames are searched for; the older half is given up',
  ),
  maxSearchedTotal: bytes(
    64 * MiB,
    'search-limit',
    'held of all directions while frames are searched for; the older half of one is given up',
  ),
  maxPayload: bytes(64 * MiB, 'payload-limit', 'of payload kept per frame; the rest is counted'),
  maxMessage: bytes(
    64 * MiB,
    'message-limit',
    'of content kept per message; it is inflated no further, the rest is counted',
  ),
  maxHeldPayload: bytes(
    256 * MiB,
    'payload-limit',
    'of payload under way in all sessions; the rest of what comes is counted',
  ),
  maxZeros: bytes(
    64 * KiB,
    'payload-limit',
    'that a gap in a payload may be longer than what was captured before it; what is behind is counted',
  ),
  maxMissingRanges: count(
    65_536,
    'ranges-limit',
    'gaps told apart in one frame or message; the last ones are told as one, with what lies between',
  ),
  maxUnknownRanges: count(
    4096,
    'ranges-limit',
    'unknown stretches told apart in one inflated message; the last ones are told as one',
  ),
  maxSegments: count(
    65_536,
    'segments-limit',
    'segments of one frame or message whose packets are told; the packets of the rest are not',
  ),
  maxFragments: count(
    65_536,
    'fragments-limit',
    'frames of one message whose numbers are told; the numbers of the rest are not',
  ),
  maxHeldMessages: bytes(
    16 * MiB,
    'late-message',
    'of messages held back for their order; then half is told, and what belongs before it is late',
  ),
  maxOpenPings: count(
    1024,
    'open-pings-limit',
    'Pings of a side without a Pong that are told apart; the oldest is forgotten, and not judged',
  ),
  maxOpenRequests: count(
    65_536,
    'open-requests-limit',
    'requests in subprotocols of all sessions that wait for an answer; the oldest is forgotten, and not paired',
  ),
  maxHeldUnits: bytes(
    64 * MiB,
    'held-units-limit',
    'of MQTT packets, STOMP frames and the like that go on in later messages, of all sessions; what adds is not decoded',
  ),
  maxUnpacked: bytes(
    4 * MiB,
    'unpacked-limit',
    'that gzip or zlib in a message may come to; a message with more is not decoded',
  ),
  maxPacketComments: count(
    256,
    'packet-comments-limit',
    'comments that export pcapng adds to a packet, one for each message and finding; further ones are left out',
  ),
  maxStatsNames: count(
    10_000,
    'stats-names-limit',
    'client addresses, and hosts with paths, that statistics tell apart; the rest is summed',
  ),
  maxDiffMessages: count(
    1_000_000,
    'diff-messages-limit',
    'messages of each capture that are compared, a session counting as 16; the rest is left out',
  ),
  maxPagePayload: bytes(
    64 * KiB,
    'page-payload-limit',
    'of a payload, and of what a message says, that report and serve keep; the page shows no more of it',
  ),
  maxReport: bytes(
    256 * MiB,
    'report-limit',
    'of frames, messages and findings in a report, packed; further ones are left out, and serve has them',
  ),
  // What DuckDB takes for itself comes on top, some 100 MiB.
  maxQueryMemory: bytes(
    512 * MiB,
    undefined,
    'of memory that the database of a query may take; the rest goes to a temporary folder',
  ),
} satisfies Record<string, LimitFacts>;

/** Name of a limit, such as `maxHeldTotal`; on the command line `held-total`. */
export type LimitKey = keyof typeof LIMITS;
/** A value for each limit, in its unit (LIMITS): bytes, seconds of capture time, or a count. */
export type Limits = { readonly [Key in LimitKey]: number };

export const LIMIT_KEYS = Object.keys(LIMITS) as LimitKey[];

/** What holds for a limit that an option does not set. */
export const DEFAULT_LIMITS = Object.fromEntries(LIMIT_KEYS.map((key) => [key, LIMITS[key].default])) as {
  readonly [Key in LimitKey]: number;
};

/** `maxHeldTotal` on the command line: `held-total`. */
export function limitName(key: LimitKey): string {
  return key
    .replace(/^max/, '')
    .replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    .replace(/^-/, '');
}

/** How a defect names the limit that was hit, as it could be given on the command line. */
export function atLimit(key: LimitKey, value: number): string {
  return `(limit ${limitName(key)}=${value})`;
}
