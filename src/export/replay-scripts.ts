/**
 * The programs that `export replay` writes: both sides of a recorded session, with the package `ws`.
 *
 * Strategy: they are the same for every session. What a capture holds is in the files beside them, as data, so nothing of it
 * can become code. A side goes through the messages in their recorded order: it sends its own, and waits for those of the
 * other side, so that what was an answer is one again.
 */

const CONVERSATION = `// What both sides of a recorded session do. Made by wsdissect.
import { createReadStream, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

/** Path, subprotocols, headers and compression of the handshake. */
export const session = JSON.parse(readFileSync(new URL('session.json', import.meta.url), 'utf8'));

const isServer = basename(process.argv[1]) === 'server.mjs';

export const { values: options, positionals } = given();

function given() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        timing: { type: 'boolean', default: false },
        port: { type: 'string', default: '8080' },
        patience: { type: 'string', default: '10' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return usage(error.message);
  }
}

/** Ends the program with a line on how to use it; with exit code 2 if something is wrong. */
export function usage(wrong) {
  const told = isServer ? '[--port 8080]' : '[ws://host:port]';
  const line = \`usage: node \${basename(process.argv[1])} [--timing] [--patience SECONDS] \${told}\`;
  if (wrong === undefined) console.log(line);
  else console.error(\`\${wrong.split('\\n', 1)[0]}; \${line}\`);
  process.exit(wrong === undefined ? 0 : 2);
}

if (options.help) usage();
if (positionals.length > (isServer ? 0 : 1)) usage(\`\${positionals.at(-1)} is too much\`);
if (!/^\\d{1,5}$/.test(options.port) || options.port > 65535) usage(\`\${options.port} is no port\`);
if (!/^\\d{1,6}(\\.\\d+)?$/.test(options.patience)) usage(\`\${options.patience} is no number of seconds\`);

const contentOf = ({ text, base64 }) => (text === undefined ? Buffer.from(base64, 'base64') : Buffer.from(text));
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Speaks as 'client' or 'server' over an open WebSocket; prints what it is told, an object a line. */
export async function talk(socket, side) {
  const received = [];
  let wake = () => {};
  let isClosed = false;
  socket.on('message', (data, isBinary) => {
    const content = { opcode: isBinary ? 'binary' : 'text', bytes: data };
    received.push(content);
    console.log(JSON.stringify(isBinary ? { opcode: 'binary', base64: data.toString('base64') } : { opcode: 'text', text: data.toString() }));
    wake();
  });
  const closed = new Promise((resolve) => {
    socket.on('close', (code, reason) => {
      isClosed = true;
      console.log(JSON.stringify({ opcode: 'close', code, reason: reason.toString() }));
      wake();
      resolve();
    });
  });
  socket.on('error', (error) => console.error(error.message));
  const next = async () => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      wake();
    }, 1000 * options.patience);
    while (received.length === 0 && !isClosed && !isLate) await new Promise((resolve) => (wake = resolve));
    clearTimeout(timer);
    return received.shift();
  };
  // What the other side says at once must not be missed while this one opens.
  if (socket.readyState === 0) await new Promise((resolve) => socket.once('open', resolve).once('close', resolve));
  // Nobody is there, or does not want to talk: ws has said why.
  if (isClosed) {
    process.exitCode = 1;
    return;
  }
  const begun = Date.now();
  let different = 0;
  let closes = false;
  const lines = createInterface({ input: createReadStream(new URL('messages.ndjson', import.meta.url)) });
  for await (const line of lines) {
    const message = JSON.parse(line);
    const { sender, opcode, at } = message;
    if (sender !== side) {
      if (opcode !== 'text' && opcode !== 'binary') {
        // A Close of the other side ends the conversation; Pings are answered by ws.
        if (opcode === 'close') break;
        continue;
      }
      const told = await next();
      if (told === undefined || told.opcode !== opcode || !told.bytes.equals(contentOf(message))) {
        different++;
        console.error(\`\${opcode} message of the \${sender} at \${at} s: \${told === undefined ? 'did not come' : 'is another one'}\`);
        if (told === undefined && isClosed) break;
      }
      continue;
    }
    if (options.timing) await pause(Math.max(0, begun + 1000 * at - Date.now()));
    if (isClosed) {
      if (opcode === 'text' || opcode === 'binary') {
        different++;
        console.error(\`\${opcode} message of the \${sender} at \${at} s: the other side has closed before it\`);
      }
      break;
    }
    if (opcode === 'text' || opcode === 'binary') socket.send(contentOf(message), { binary: opcode === 'binary' });
    else if (opcode === 'ping') socket.ping(contentOf(message));
    else if (opcode === 'close') {
      closes = true;
      close(socket, message);
      break;
    }
  }
  // A session that was cut off: the client ends it.
  if (!closes && side === 'client' && session.closedBy === null) socket.close();
  const late = setTimeout(() => socket.terminate(), 1000 * options.patience);
  await closed;
  clearTimeout(late);
  if (different > 0) process.exitCode = 1;
}

/** Codes that must not be sent (RFC 6455 section 7.4) are left out. */
function close(socket, { code, reason }) {
  try {
    if (code === undefined) socket.close();
    else socket.close(code, reason);
  } catch {
    socket.close();
  }
}
`;

const CLIENT = `// Speaks the client's side of a recorded session again. Made by wsdissect.
//   npm install && node client.mjs [--timing] [--patience SECONDS] ws://host:port
// --timing: each message at its recorded time; without it, as soon as those before it have come.
// Prints what the server says, an object a line; exit code 1 if that is not what was recorded, or
// no session comes about.
import WebSocket from 'ws';
import { options, positionals, session, talk, usage } from './conversation.mjs';

const [address = \`ws://127.0.0.1:\${options.port}\`] = positionals;
if (!URL.canParse(address) || !/^wss?:/i.test(address)) usage(\`\${address} is no address of a WebSocket\`);
const url = new URL(address);
url.hash = '';
// Not resolved: //elsewhere/ is a path here, and no host.
[, url.pathname, url.search] = /^([^?]*)(.*)$/s.exec(session.path);
const { subprotocol, subprotocols } = session;
// ws takes no answer without one of those that it offers, and none that it did not offer.
const isAgreed = subprotocol !== null;
const offers = subprotocols.includes(subprotocol) ? subprotocols : [subprotocol];
const asHeader = isAgreed || subprotocols.length === 0 ? {} : { 'Sec-WebSocket-Protocol': subprotocols.join(', ') };
const socket = new WebSocket(url, isAgreed ? offers : [], {
  headers: { ...session.headers, ...asHeader },
  perMessageDeflate: session.compression,
});
talk(socket, 'client');
`;

const SERVER = `// Speaks the server's side of a recorded session to whoever connects. Made by wsdissect.
//   npm install && node server.mjs [--timing] [--patience SECONDS] [--port 8080]
// Prints what clients say, an object a line; with --port 0 the first line tells the port.
import { WebSocketServer } from 'ws';
import { options, session, talk } from './conversation.mjs';

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: Number(options.port),
  perMessageDeflate: session.compression,
  handleProtocols: (offered) => (offered.has(session.subprotocol) ? session.subprotocol : false),
});
server.on('listening', () => console.log(JSON.stringify({ listening: server.address().port })));
server.on('error', (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
server.on('connection', (socket) => talk(socket, 'server'));
`;

const PACKAGE = `{
  "private": true,
  "type": "module",
  "dependencies": { "ws": "^8.18.0" }
}
`;

/** Name and text of each file. */
export const REPLAY_SCRIPTS: Readonly<Record<string, string>> = {
  'conversation.mjs': CONVERSATION,
  'client.mjs': CLIENT,
  'server.mjs': SERVER,
  'package.json': PACKAGE,
};
