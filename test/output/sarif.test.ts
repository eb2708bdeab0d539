import type { Log } from 'sarif';
import { describe, expect, it } from 'vitest';
import { jsonDocument } from '../../src/output/json.js';
import { type SarifContext, writeSarif } from '../../src/output/sarif.js';
import type { Finding } from '../../src/rules/finding.js';
import { rules } from '../../src/rules/index.js';
import { sarifErrors, sarifSchema } from '../support/sarif.js';
import { hostileTexts, MemoryWriter, makeFinding, makeSession, ruleOf, UNSAFE } from './samples.js';

const context: SarifContext = { version: '0.1.0', rules, captures: ['captures/one.pcap'] };

/** The log as its readers get it; fails where the schema does not allow it. */
function written(findings: readonly Finding[], overrides: Partial<SarifContext> = {}): Log {
  const writer = new MemoryWriter();
  writeSarif(writer, findings, { ...context, ...overrides });
  const log = JSON.parse(writer.text);
  expect(sarifErrors(log)).toEqual([]);
  return log;
}

const unmasked = makeFinding();
const handshake = makeFinding({
  rule: 'accept',
  breaker: 'server',
  session: makeSession({ number: 2 }),
  frame: undefined,
  packet: 5,
  streamOffset: undefined,
  message: 'Sec-WebSocket-Accept is missing',
});

describe('the schema', () => {
  it('is that of SARIF 2.1.0', () => {
    expect(sarifSchema.title).toContain('Version 2.1.0');
    expect(sarifSchema.properties.version.enum).toEqual(['2.1.0']);
  });

  it.each([
    ['no version', (log: Record<string, unknown>) => delete log.version],
    ['an unknown level', (log: Log) => Object.assign(log.runs[0].results![0], { level: 'fatal' })],
    ['no message', (log: Log) => Object.assign(log.runs[0].results![0], { message: undefined })],
    ['an unknown name', (log: Log) => Object.assign(log.runs[0], { captures: [] })],
    [
      'the same rule twice',
      (log: Log) => log.runs[0].tool.driver.rules!.push(log.runs[0].tool.driver.rules![0]),
    ],
  ] as [string, (log: never) => unknown][])('would find %s', (_name, spoil) => {
    const log = written([unmasked]);
    spoil(log as never);
    expect(sarifErrors(JSON.parse(JSON.stringify(log)))).not.toEqual([]);
  });
});

describe('the log', () => {
  it('of a finding on a frame', () => {
    const log = written([unmasked], { rules: [ruleOf('accept'), ruleOf('unmasked-client-frame')] });
    expect(log.version).toBe('2.1.0');
    expect(log.$schema).toMatch(/^https:\/\/docs\.oasis-open\.org\/sarif\/.*\/sarif-schema-2\.1\.0\.json$/);
    expect(log.runs).toHaveLength(1);
    expect(log.runs[0].tool.driver).toMatchObject({
      name: 'wsdissect',
      version: '0.1.0',
      semanticVersion: '0.1.0',
    });
    expect(log.runs[0].artifacts).toEqual([
      { location: { uri: 'captures/one.pcap' }, roles: ['analysisTarget'] },
    ]);
    expect(log.runs[0].results).toEqual([
      {
        ruleId: 'unmasked-client-frame',
        ruleIndex: 1,
        level: 'error',
        message: {
          text: 'session 1, frame 3, packet 12: the frame with 5 bytes of payload is not masked (RFC 6455 §5.1, broken by the client)',
        },
        locations: [
          {
            physicalLocation: { artifactLocation: { uri: 'captures/one.pcap', index: 0 } },
            logicalLocations: [{ fullyQualifiedName: 'session/1/client/frame/3', kind: 'member' }],
          },
        ],
        partialFingerprints: { 'place/v1': 'unmasked-client-frame:10.0.0.1:40000:10.0.0.2:80:client:40' },
        properties: {
          breaker: 'client',
          session: 1,
          client: '10.0.0.1:40000',
          server: '10.0.0.2:80',
          frame: 3,
          packet: 12,
          time: '1700000001.000203',
          streamOffset: 40,
        },
      },
    ]);
  });

  it('of a finding on the handshake', () => {
    const [result] = written([handshake]).runs[0].results!;
    expect(result.message.text).toBe(
      'session 2, packet 5: Sec-WebSocket-Accept is missing (RFC 6455 §4.2.2, broken by the server)',
    );
    expect(result.locations![0].logicalLocations![0].fullyQualifiedName).toBe('session/2/server');
    expect(result.partialFingerprints).toEqual({
      'place/v1': 'accept:10.0.0.1:40000:10.0.0.2:80:server:handshake',
    });
    expect(result.properties).not.toHaveProperty('frame');
    expect(result.properties).not.toHaveProperty('streamOffset');
  });

  it('without findings says what was looked for', () => {
    const [run] = written([]).runs;
    expect(run.results).toEqual([]);
    expect(run.tool.driver.rules).toHaveLength(rules.length);
  });

  it('has every rule with its texts, and each level', () => {
    const { driver } = written([]).runs[0].tool;
    for (const [i, rule] of rules.entries())
      expect(driver.rules![i]).toEqual({
        id: rule.id,
        ...(rule.id.includes('-') ? { name: expect.stringMatching(/^([A-Z][a-z0-9]*){2,}$/) } : {}),
        shortDescription: { text: `${rule.title} (${rule.section})` },
        fullDescription: { text: `${rule.asks} ${rule.why}` },
        help: { text: `${rule.causes}\n\nClient: ${rule.client}\n\nServer: ${rule.server}` },
        defaultConfiguration: { level: rule.severity },
        properties: { section: rule.section },
      });
    expect(driver.rules!.find(({ id }) => id === 'rsv1-misplaced')?.name).toBe('Rsv1Misplaced');
  });

  it('has each result point at its rule, with the level of the finding', () => {
    const findings = rules.map((rule, i) =>
      makeFinding({ rule: rule.id, severity: (['error', 'warning', 'note'] as const)[i % 3] }),
    );
    const { results, tool } = written(findings).runs[0];
    for (const [i, result] of results!.entries()) {
      expect(tool.driver.rules![result.ruleIndex!].id).toBe(result.ruleId);
      expect(result.level).toBe(findings[i].severity);
    }
  });

  it('may hold the same finding twice', () => {
    expect(written([unmasked, unmasked]).runs[0].results).toHaveLength(2);
  });
});

describe('the place', () => {
  it.each([
    ['a.pcap', 'a.pcap'],
    ['../captures/a b.pcap', '../captures/a%20b.pcap'],
    ['/var/log/a.pcap', 'file:///var/log/a.pcap'],
    ['größe#1?.pcap', 'gr%C3%B6%C3%9Fe%231%3F.pcap'],
    ['10:15.pcap', '10%3A15.pcap'],
    ['100%.pcap', '100%25.pcap'],
    ['captures\\a.pcap', 'captures/a.pcap'],
    ['-', 'stdin'],
    ['x\x1b]0;owned\x07\u202e.pcap', 'x%1B%5D0%3Bowned%07%E2%80%AE.pcap'],
    ['lone \ud800 surrogate', 'lone%20%EF%BF%BD%20surrogate'],
  ])('%j is %s', (capture, uri) => {
    const { artifacts, results } = written([unmasked], { captures: [capture] }).runs[0];
    expect(artifacts).toEqual([{ location: { uri }, roles: ['analysisTarget'] }]);
    expect(results![0].locations![0].physicalLocation!.artifactLocation).toEqual({ uri, index: 0 });
  });

  it('of several files is the first, and each is named once', () => {
    const { artifacts, results } = written([unmasked], { captures: ['b', 'a', 'b', 'a'] }).runs[0];
    expect(artifacts!.map(({ location }) => location!.uri)).toEqual(['b', 'a']);
    expect(results![0].locations![0].physicalLocation!.artifactLocation!.uri).toBe('b');
  });
});

describe('hostile text', () => {
  it.each(hostileTexts)('is harmless: %s', (_name, message) => {
    const writer = new MemoryWriter();
    writeSarif(writer, [makeFinding({ message })], context);
    expect(writer.text.replaceAll('\n', '')).not.toMatch(UNSAFE);
    const [result] = written([makeFinding({ message })]).runs[0].results!;
    expect(result.message.text).not.toMatch(UNSAFE);
  });
});

describe('the document', () => {
  it.each([0, 1, 2, 30])('of %i findings is laid out as a whole', (count) => {
    const findings = Array.from({ length: count }, (_, i) =>
      i % 2 === 0 ? makeFinding({ message: `a\u2028b\n      "results": [],${i}` }) : handshake,
    );
    const writer = new MemoryWriter();
    writeSarif(writer, findings, context);
    expect(writer.text).toBe(`${jsonDocument(JSON.parse(writer.text))}\n`);
    expect(JSON.parse(writer.text).runs[0].results).toHaveLength(count);
  });
});
