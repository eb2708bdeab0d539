/**
 * What a script does that cannot be, and what only who breaks a rule does. A teacher may break any: that is played, and
 * told; but behind its own FIN a side has nothing to say in TCP (RFC 9293 §3.6), and behind a reset nobody has.
 */
import { TOKEN } from '../http/text.js';
import { closeCodeFault } from '../rules/close-body.js';
import { isHost } from '../rules/host.js';
import { isResource } from '../rules/request-target.js';
import { SENDERS, type Sender } from '../websocket/frame-record.js';
import { CONTROL_LIMIT } from '../websocket/opcode.js';
import { type Said, type Script, ScriptError, type ScriptPath } from './script.js';

/** What is played, but hardly meant by who does not teach it. */
export interface ScriptWarning {
  readonly path: ScriptPath;
  readonly message: string;
}

/** Throws ScriptError for what cannot be played. */
export function warningsOf(script: Script): readonly ScriptWarning[] {
  const warnings: ScriptWarning[] = [...headOddities(script)];
  const closed = new Map<Sender, number>();
  const ended = new Map<Sender, number>();
  for (const [index, step] of script.steps.entries()) {
    if ('wait' in step) continue;
    const { by, said } = step;
    const path = ['steps', index, by];
    const end = ended.get(by);
    if (end !== undefined && said.end !== 'reset')
      throw new ScriptError(path, `step ${index + 1}: TCP has ended for the ${by} with step ${end}`);
    const close = closed.get(by);
    const breaks = [...oddities(script, by, said)];
    if (close !== undefined && said.end === undefined)
      breaks.push(`the ${by} goes on behind its Close of step ${close} (RFC 6455 §5.5.1)`);
    for (const message of breaks) warnings.push({ path, message: `step ${index + 1}: ${message}` });
    if (said.close !== undefined && close === undefined) closed.set(by, index + 1);
    for (const side of said.end === 'reset' ? SENDERS : said.end === 'fin' ? [by] : [])
      ended.set(side, index + 1);
  }
  return warnings;
}

function* headOddities({ path, host, subprotocol }: Script): Generator<ScriptWarning> {
  if (path !== undefined && (!isResource(path) || /\s/.test(path)))
    yield {
      path: ['path'],
      message: 'the path is none: it begins with / and has no # and no blank (RFC 6455 §3)',
    };
  if (host !== undefined && !isHost(host))
    yield { path: ['host'], message: 'the host is no host and port (RFC 6455 §4.1)' };
  if (subprotocol !== undefined && !TOKEN.test(subprotocol))
    yield { path: ['subprotocol'], message: 'the subprotocol is no token (RFC 6455 §4.1)' };
}

function* oddities({ deflate = false, response }: Script, by: Sender, said: Said): Generator<string> {
  const isControl = said.text === undefined && said.binary === undefined;
  const { compressed = false, fragments = 1 } = said;
  if (compressed && isControl) yield 'a control frame is never compressed (RFC 7692 §6.1)';
  else if (compressed && deflate === false && response === undefined)
    yield 'compressed, though the handshake has no deflate (RFC 6455 §5.2)';
  if (said.mask === false && by === 'client') yield 'a client masks its frames (RFC 6455 §5.1)';
  if (said.mask !== undefined && said.mask !== false && by === 'server')
    yield 'a server masks no frames (RFC 6455 §5.1)';
  if (said.close !== undefined && said.close !== 0 && closeCodeFault(said.close) !== undefined)
    yield `the code ${said.close} is not to be sent: ${closeCodeFault(said.close)} (RFC 6455 §7.4)`;
  if (controlLength(said) > CONTROL_LIMIT)
    yield `a control frame has at most ${CONTROL_LIMIT} bytes of payload, this one ${controlLength(said)} (RFC 6455 §5.5)`;
  if (fragments > 1 && isControl) yield 'a control frame has no fragments (RFC 6455 §5.5)';
}

/** Octets that a Ping, Pong or Close says, with the code before the reason (RFC 6455 §5.5.1); 0 of all else. */
function controlLength({ ping, pong, close = 0, reason = '' }: Said): number {
  return close === 0 ? Buffer.byteLength(ping ?? pong ?? '') : 2 + Buffer.byteLength(reason);
}
