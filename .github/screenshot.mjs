// Makes the README's pictures: .github/*.svg of what the program prints on bundled captures with colours, and
// .github/*.png of the page in Chromium (/usr/bin/chromium, or what WSDISSECT_CHROMIUM names). After a build:
// `node .github/screenshot.mjs`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const COLUMNS = 128;
const CELL = { width: 7.8, height: 17 };
const PALETTE = { 31: '#ff7b72', 32: '#7ee787', 33: '#e3b341', 34: '#79c0ff', 35: '#d2a8ff', 36: '#56d4dd' };

const root = fileURLToPath(new URL('../', import.meta.url));
const pictures = [
  ['frames', ['-T', 'table', 'fixtures/ws-hello/capture.pcap']],
  ['detail', ['-V', '-x', '-c', '1', 'fixtures/ws-hello/capture.pcap']],
  ['explain', ['explain', '--hex', '81 85 37 fa 21 3d 7f 9f 4d 51 58']],
];
for (const [name, args] of pictures) {
  const text = execFileSync(process.execPath, ['bin/wsdissect.js', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, FORCE_COLOR: '1', NO_COLOR: '', COLUMNS: String(COLUMNS) },
  });
  writeFileSync(
    `${root}.github/${name}.svg`,
    draw(`wsdissect ${args.map(quoted).join(' ')}`, text.trimEnd().split('\n')),
  );
}

function quoted(arg) {
  return arg.includes(' ') ? `'${arg}'` : arg;
}

const SOCKET_IO = 'fixtures/messages-socketio/capture.pcap.gz';
const pages = [
  ['page-frames', SOCKET_IO, '#frame=7', 'light'],
  ['page-conversation', SOCKET_IO, '#session=1&view=conversation', 'dark'],
  ['page-findings', 'fixtures/conformance/capture.pcap.gz', '#view=findings', 'light'],
];
const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
const browser = await chromium.launch({
  executablePath: process.env.WSDISSECT_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  for (const [name, capture, place, colorScheme] of pages) {
    const report = join(folder, `${name}.html`);
    execFileSync(process.execPath, ['bin/wsdissect.js', 'report', '-q', '-o', report, capture], {
      cwd: root,
    });
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme });
    await page.goto(pathToFileURL(report).href + place);
    await page.waitForTimeout(1500);
    await page.screenshot({ path: `${root}.github/${name}.png` });
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}

function draw(command, lines) {
  const rows = [`<tspan fill="#7ee787">$</tspan> ${escapeMarkup(command)}`, ...lines.map(paint)];
  const longest = Math.max(
    ...lines.map((line) => line.replace(/\x1b\[\d+m/g, '').length),
    command.length + 2,
  );
  const width = Math.ceil(longest * CELL.width + 32);
  const height = rows.length * CELL.height + 32;
  const text = rows.map(
    (row, i) => `<text x="16" y="${30 + i * CELL.height}" xml:space="preserve">${row}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<title>${escapeMarkup(command)}</title>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="13" fill="#e6edf3">
${text.join('\n')}
</g>
</svg>
`;
}

/** SGR sequences become tspans; picocolors closes what it opens, so they nest. */
function paint(line) {
  return line
    .split(/(\x1b\[\d+m)/)
    .map(part)
    .join('');
}

function part(text) {
  const code = /^\x1b\[(\d+)m$/.exec(text)?.[1];
  if (code === undefined) return escapeMarkup(text);
  if (code === '39' || code === '22') return '</tspan>';
  if (code === '1') return '<tspan font-weight="bold">';
  return code === '2' ? '<tspan fill="#8b949e">' : `<tspan fill="${PALETTE[code] ?? '#e6edf3'}">`;
}

function escapeMarkup(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
