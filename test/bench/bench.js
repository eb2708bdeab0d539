/**
 * Measures the program against its peers on the same file in the same run, alternating; prints medians and ratios, and
 * at the end the table of the README.
 *
 *   npm run bench                                   the captures that take seconds: some minutes
 *   npm run bench -- gigabyte --rounds 1
 *   npm run bench -- --help
 *
 * Strategy: each capture is generated, deterministically, in a temporary folder. A round runs every command once
 * as a process of its own, output to nowhere; time is that of the whole process, memory the largest resident set
 * that the kernel saw. Peers that are not installed are said so and left out.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CAPTURES, writeCapture } from './captures.js';
import { measureInTurn, takeRounds } from './run.js';
import { heading, markdown, ratios } from './table.js';
import { keyLogOf } from './tls-traffic.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const bin = fileURLToPath(new URL('../../bin/wsdissect.js', import.meta.url));
const PAYLOAD = ['-T', 'fields', '-e', 'frame.number', '-e', 'websocket.opcode', '-e', 'websocket.payload'];

/** Of a capture with a key log beside it. */
const keyLog = (file) => (existsSync(keyLogOf(file)) ? ['--keylog', keyLogOf(file)] : []);
const preference = (file) => (existsSync(keyLogOf(file)) ? ['-o', `tls.keylog_file:${keyLogOf(file)}`] : []);

/** As the README names them: the command line on a capture, with `folder` for what it writes. */
const COMMANDS = {
  '`wsdissect check`': (file) => [process.execPath, bin, 'check', '-q', ...keyLog(file), file],
  '`wsdissect sessions`': (file) => [process.execPath, bin, 'sessions', '-q', ...keyLog(file), file],
  '`wsdissect frames -T text`': (file) => [process.execPath, bin, '-q', '-T', 'text', ...keyLog(file), file],
  '`wsdissect frames -T ndjson`': (file) => [
    process.execPath,
    bin,
    '-q',
    '-T',
    'ndjson',
    ...keyLog(file),
    file,
  ],
  // Whatever is listed passes it, so that what it costs is all that differs.
  '`wsdissect frames -T text -Y …`': (file) => [
    process.execPath,
    bin,
    '-q',
    '-T',
    'text',
    '-Y',
    '(websocket.opcode == 1 && ws.sender == client) || ip.addr == 0.0.0.0/0',
    ...keyLog(file),
    file,
  ],
  '`tshark -Y websocket`': (file) => ['tshark', ...preference(file), '-r', file, '-Y', 'websocket'],
  '`tshark -T fields`, with payload': (file) => [
    'tshark',
    ...preference(file),
    '-r',
    file,
    '-Y',
    'websocket',
    ...PAYLOAD,
  ],
  '`pcap-parser` and `ws`, frames only': (file) => [
    process.execPath,
    join(here, 'pcap-parser-and-ws.js'),
    file,
  ],
  'tcpflow, TCP only': (file, folder) => ['tcpflow', '-q', '-r', file, '-o', folder],
  'records walked, nothing decoded': (file) => [process.execPath, join(here, 'bare-walk.js'), file],
};

/** Each export, and what it writes into: measured on one capture only. */
const EXPORTS = Object.fromEntries(
  [
    ['har', 'out.har'],
    ['csv', 'out.csv'],
    // Half a million files would tell of the disk.
    ['payloads', 'payloads', '-Y', 'ws.session <= 5'],
    ['pcapng', 'out.pcapng'],
    ['pcapng', 'out.pcapng', '-Y', 'ws.session <= 10'],
    ['pcapng', 'out.pcapng', '--redact'],
    ['parquet', 'tables'],
    ['replay', 'replay'],
    ['sarif', 'out.sarif'],
    ['junit', 'out.xml'],
  ].map(([format, out, ...more]) => [
    `\`wsdissect export ${[format, ...more.map((word) => (word.includes(' ') ? '…' : word))].join(' ')}\``,
    (file, folder) => [process.execPath, bin, 'export', format, '-q', ...more, '-o', join(folder, out), file],
  ]),
);
Object.assign(COMMANDS, EXPORTS);

/** Of some captures only these are measured: the others would take hours, or more memory than there is. */
const ALL = Object.keys(COMMANDS).filter((label) => EXPORTS[label] === undefined);
const GIGABYTE = ALL.filter((label) => !/fields|pcap-parser/.test(label));
const LIMITED = { gigabyte: GIGABYTE, 'five-gigabytes': GIGABYTE.filter((label) => !/tshark/.test(label)) };
/** tcpflow writes a file for each direction: a million of them tell of the disk. */
LIMITED.exports = ['`wsdissect check`', ...Object.keys(EXPORTS)];
LIMITED.many = ALL.filter((label) => !/tcpflow/.test(label));

/** Those that see no TLS. */
LIMITED.tls = ALL.filter((label) => !/pcap-parser|tcpflow|walked/.test(label));
LIMITED['tls-large'] = LIMITED.tls;

const USUAL = Object.keys(CAPTURES).filter((name) => !/gigabyte|exports|json/.test(name));
const HELP = `usage: npm run bench -- [CAPTURE …] [--rounds N]

Measures wsdissect and its peers on generated captures; without names on
  ${USUAL.join(', ')}
which need 300 MB of disk and take about half an hour. Only when asked by name:
  exports          each export of 1 GB: 4 GB of disk, ten minutes a round
  gigabyte         1 GB of small messages: 1 GB of disk, twice that for tcpflow,
                   3 GB of memory for tshark; two minutes a round
  five-gigabytes   5 GB of them, without tshark, which would need 14 GB of
                   memory: 10 GB of disk; two minutes a round

  --rounds N       runs of each command, of which the median is told; 3
  --help           this text
`;

const args = process.argv.slice(2);
if (args.includes('--help') || args.includes('-h')) {
  process.stdout.write(HELP);
  process.exit(0);
}
const rounds = takeRounds(args);
const names = args.length > 0 ? args : USUAL;
if (!(rounds > 0) || names.some((name) => CAPTURES[name] === undefined)) {
  process.stderr.write(HELP);
  process.exit(1);
}
const installed = Object.entries(COMMANDS).filter(([label, command]) => {
  const [program] = command('', '');
  const found = program === process.execPath || spawnSync('which', [program]).status === 0;
  if (!found) console.log(`${label}: ${program} is not installed`);
  return found;
});

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-bench-'));
try {
  console.log(heading({ cpus: cpus(), versions: versions(), rounds, date: new Date() }));
  const captures = [];
  for (const name of names) captures.push(await measure(name));
  const startUp = await measureInTurn(
    [
      ['empty', () => [process.execPath, '-e', '0']],
      ['version', () => [process.execPath, bin, '--version']],
    ],
    Math.max(rounds, 5) * 3,
    folder,
  );
  console.log(`\n${markdown(captures, Object.keys(COMMANDS))}\n`);
  const [empty, version] = ['empty', 'version'].map((label) => startUp.get(label).seconds);
  console.log(
    `An empty script takes Node ${empty.toFixed(3)} s of each, \`wsdissect --version\` ${version.toFixed(3)} s.\n`,
  );
  console.log(ratios(captures, 1000 * (version - empty)));
} finally {
  rmSync(folder, { recursive: true });
}

async function measure(name) {
  const file = join(folder, `${name}.pcap`);
  const facts = writeCapture(name, file);
  console.log(
    `\n${name}: ${(facts.bytes / 1e6).toFixed(0)} MB, ${facts.packets} packets, ${facts.messages} messages`,
  );
  const measured = installed.filter(([label]) => (LIMITED[name] ?? ALL).includes(label));
  const results = await measureInTurn(
    measured.map(([label, command]) => [label, (out) => command(file, out)]),
    rounds,
    folder,
  );
  for (const [label, { seconds, mebibytes }] of results)
    console.log(
      `  ${label.padEnd(36)} ${seconds.toFixed(2).padStart(8)} s ${mebibytes.toFixed(0).padStart(7)} MiB`,
    );
  rmSync(file);
  return { name, ...facts, results };
}

/** Of the peers that are installed, as they tell them. */
function versions() {
  const told = (program, pattern) =>
    pattern.exec(spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[1];
  const packaged = (name) =>
    JSON.parse(readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), 'utf8'))
      .version;
  const all = {
    Node: process.versions.node,
    tshark: told('tshark', /TShark \(Wireshark\) ([\d.]+\d)/),
    tcpflow: told('tcpflow', /TCPFLOW ([\d.]+\d)/i),
    'pcap-parser': packaged('pcap-parser'),
    ws: packaged('ws'),
  };
  return Object.fromEntries(Object.entries(all).filter(([, version]) => version !== undefined));
}
