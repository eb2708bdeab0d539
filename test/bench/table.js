/**
 * The table of the README as Markdown, and the ratios that were asked for, beside what they must be and aim at.
 */

/** By name: how the README tells of a capture. */
const TITLES = {
  small: ({ megabytes, messages }) => `small: ${megabytes}, ${messages} messages of 120 bytes`,
  large: ({ megabytes, messages }) => `large: ${megabytes}, ${messages} of 20 kB`,
  deflate: ({ megabytes, messages }) => `deflate: ${megabytes}, ${messages} of 2 kB`,
  takeover: () => 'the same with context takeover',
  rough: () => 'rough: as small, 2 % reordered, 2 % twice',
  many: ({ megabytes }) => `many: ${megabytes}, 500,000 short connections`,
  exports: ({ megabytes, messages }) => `exports: ${megabytes}, ${messages} messages of 1 kB`,
  noise: ({ megabytes, messages }) => `noise: ${megabytes}, ${messages} of 120 bytes among 90 % others`,
  tls: ({ megabytes, messages }) => `TLS 1.3: ${megabytes}, ${messages} of 120 bytes`,
  'tls-large': ({ megabytes, messages }) => `TLS 1.3: ${megabytes}, ${messages} of 20 kB`,
  gigabyte: ({ messages }) => `1 GB, ${messages} of 120 bytes`,
  'five-gigabytes': ({ messages }) => `5 GB, ${messages} of 120 bytes`,
};

const CHECK = '`wsdissect check`';
const TEXT = '`wsdissect frames -T text`';
const FILTERED = '`wsdissect frames -T text -Y …`';
const NDJSON = '`wsdissect frames -T ndjson`';
const TSHARK = '`tshark -Y websocket`';
const FIELDS = '`tshark -T fields`, with payload';
const TCPFLOW = 'tcpflow, TCP only';
const WALK = 'records walked, nothing decoded';

/** How often the second one's time the first one takes, by capture: what it must be, and the aim. */
const AT_LEAST = [
  [
    TSHARK,
    CHECK,
    {
      small: [14, 20],
      large: [7, 8],
      gigabyte: [35, 50],
      deflate: [2.5, 3.2],
      takeover: [2.5, 3.2],
      tls: [0, 5],
      'tls-large': [0, 5],
    },
  ],
  [FIELDS, NDJSON, { small: [15, 22], large: [10, 20] }],
  [TSHARK, TEXT, { small: [9, 15] }],
];
const AT_MOST = [
  [CHECK, TCPFLOW, { small: [1.0, 0.7], gigabyte: [0.3, 0.2] }],
  [CHECK, WALK, { gigabyte: [3.5, 2.3] }],
  [FILTERED, TEXT, { small: [1.15, 1.05], large: [1.15, 1.05] }],
];
/** MiB of `check`, whatever the capture; milliseconds of start-up over an empty script. */
const MEMORY = [96, 60];
const START_UP = [25, 10];

const ONES = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const inWords = (count) => ONES[count] ?? `${count}`;

export function heading({ cpus, versions, rounds, date }) {
  const machine = `${inWords(cpus.length)} core${cpus.length === 1 ? '' : 's'} of ${cpus[0].model}`;
  const peers = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return (
    `Whole processes, on ${machine}, ${[...peers, date.toISOString().slice(0, 10)].join(', ')}: ` +
    (rounds === 1 ? 'one run each.' : `medians of ${inWords(rounds)} runs that took turns on the same file.`)
  );
}

/** A row per command, a column per capture: seconds, and in brackets the peak of memory in MiB. */
export function markdown(captures, labels) {
  const titles = captures.map(({ name, bytes, messages }) =>
    TITLES[name]({
      megabytes: `${(bytes / 1e6).toFixed(0)} MB`,
      messages: messages.toLocaleString('en-US'),
    }),
  );
  const rows = labels
    .map((label) => [label, ...captures.map(({ results }) => cell(results.get(label)))])
    .filter(([, ...cells]) => cells.some((one) => one !== ''));
  return [['seconds (peak MiB)', ...titles], ['', ...titles].map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`.replace(/ {2}\|/g, ' |'))
    .map((line) => line.replaceAll(' --- ', '---'))
    .join('\n');
}

function cell(measured) {
  if (measured === undefined) return '';
  const { seconds, mebibytes } = measured;
  const digits = seconds < 2 ? 2 : seconds < 100 ? 1 : 0;
  return `${seconds.toFixed(digits)} (${mebibytes.toLocaleString('en-US', { maximumFractionDigits: 0 })})`;
}

/** `startUp`: milliseconds over an empty script. */
export function ratios(captures, startUp) {
  const lines = [];
  const add = (what, value, [must, aim], most) => {
    const reached = (bound) => (most ? value <= bound : value >= bound);
    const verdict = reached(aim) ? 'aim reached' : reached(must) ? 'must reached' : 'MISSED';
    lines.push(`${what.padEnd(64)} ${value.toFixed(2).padStart(8)}  must ${must}, aim ${aim}: ${verdict}`);
  };
  for (const { name, results } of captures) {
    for (const [bounds, most] of [
      [AT_LEAST, false],
      [AT_MOST, true],
    ])
      for (const [slow, quick, wanted] of bounds) {
        const [a, b] = [results.get(slow), results.get(quick)];
        if (wanted[name] !== undefined && a !== undefined && b !== undefined)
          add(`${name}: ${slow} ÷ ${quick}`.replaceAll('`', ''), a.seconds / b.seconds, wanted[name], most);
      }
    const check = results.get(CHECK);
    if (check !== undefined) add(`${name}: MiB of wsdissect check`, check.mebibytes, MEMORY, true);
  }
  add('start-up over an empty script, ms', startUp, START_UP, true);
  return lines.join('\n');
}
