/**
 * Findings as SARIF 2.1.0, for code hosts and their viewers.
 *
 * Strategy: the rules' metadata becomes reportingDescriptors; each finding is a result whose place is the
 * capture file and, since captures have no lines, a logical location: session, sender, frame, packet.
 */
import type { Log, ReportingDescriptor, Result } from 'sarif';
import { visible } from '../bytes/visible.js';
import type { Rule } from '../rules/rule.js';
import type { ToldFinding } from './finding-text.js';
import { jsonDocument } from './json.js';
import { formatEpoch } from './time.js';
import type { TextWriter } from './writer.js';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

export interface SarifContext {
  readonly version: string;
  readonly rules: readonly Rule[];
  /** As given on the command line. */
  readonly captures: readonly string[];
}

/** Where the results go in the document of a log that has none. */
const NO_RESULTS = '\n      "results": [],';
/** How far the elements of `results` are indented. */
const INDENT = '        ';

/** Writes result by result: all together may be more than there is memory for. */
export function writeSarif(writer: TextWriter, findings: Iterable<ToldFinding>, context: SarifContext): void {
  const document = jsonDocument(sarifLog(context));
  const at = document.lastIndexOf(NO_RESULTS);
  const end = at + NO_RESULTS.length;
  const resultOf = resultMaker(context);
  writer.write(document.slice(0, end - 2));
  let separator = '\n';
  for (const finding of findings) {
    const lines = jsonDocument(resultOf(finding)).split('\n');
    writer.write(`${separator}${lines.map((line) => INDENT + line).join('\n')}`);
    separator = ',\n';
  }
  writer.write(`${separator === '\n' ? '' : '\n      '}${document.slice(end - 2)}\n`);
}

/** A log without results. */
function sarifLog({ version, rules, captures }: SarifContext): Log {
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'wsdissect', version, semanticVersion: version, rules: rules.map(descriptor) },
        },
        artifacts: [...new Set(captures.map(uriOf))].map((uri) => ({
          location: { uri },
          roles: ['analysisTarget'],
        })),
        results: [],
        columnKind: 'utf16CodeUnits',
      },
    ],
  };
}

function resultMaker({ rules, captures }: SarifContext): (finding: ToldFinding) => Result {
  const indexes = new Map(rules.map(({ id }, index) => [id, index]));
  // With several files it is not known which one holds a packet: the first one stands for the capture.
  const uri = uriOf(captures[0] ?? '-');
  return (finding) => result(finding, indexes.get(finding.rule.id)!, uri);
}

function descriptor({
  id,
  title,
  asks,
  why,
  causes,
  client,
  server,
  section,
  severity,
}: Rule): ReportingDescriptor {
  return {
    id,
    // SARIF 2.1.0 §3.49.7: a name in Pascal case, which is not the id again.
    ...(id.includes('-') ? { name: pascalCase(id) } : {}),
    shortDescription: { text: `${title} (${section})` },
    fullDescription: { text: `${asks} ${why}` },
    help: { text: `${causes}\n\nClient: ${client}\n\nServer: ${server}` },
    defaultConfiguration: { level: severity },
    properties: { section },
  };
}

function pascalCase(id: string): string {
  return id.replace(/(?:^|-)(\w)/g, (_match, letter: string) => letter.toUpperCase());
}

function result(
  { rule, severity, breaker, session, frame, packet, timestamp, streamOffset, message }: ToldFinding,
  ruleIndex: number,
  uri: string,
): Result {
  const place =
    frame === undefined ? `session ${session.number}` : `session ${session.number}, frame ${frame}`;
  return {
    ruleId: rule.id,
    ruleIndex,
    level: severity,
    message: {
      text: `${place}, packet ${packet}: ${visible(message)} (${rule.section}, broken by the ${breaker})`,
    },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri, index: 0 } },
        logicalLocations: [
          {
            fullyQualifiedName: `session/${session.number}/${breaker}${frame === undefined ? '' : `/frame/${frame}`}`,
            kind: 'member',
          },
        ],
      },
    ],
    partialFingerprints: {
      'place/v1': `${rule.id}:${session.client}:${session.server}:${breaker}:${streamOffset ?? 'handshake'}`,
    },
    properties: {
      breaker,
      session: session.number,
      client: session.client,
      server: session.server,
      ...(frame === undefined ? {} : { frame }),
      packet,
      time: formatEpoch(timestamp),
      ...(streamOffset === undefined ? {} : { streamOffset }),
    },
  };
}

/** A relative or absolute path as a URI reference (RFC 3986 §4.1). */
function uriOf(path: string): string {
  if (path === '-') return 'stdin';
  const wellFormed = path.replace(/\p{Surrogate}/gu, '\ufffd');
  const encoded = wellFormed.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  return encoded.startsWith('/') ? `file://${encoded}` : encoded;
}
