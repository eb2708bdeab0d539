/**
 * Small signs that mean the same everywhere: who sent it, which opcode it has, how bad it is. Each is told in words, too.
 */
import type { Severity } from '../../rules/rule.js';
import type { Sender } from '../../websocket/frame-record.js';
import { isControl, isReserved, opcodeTitle } from '../../websocket/opcode.js';

const SIGNS: Readonly<Record<Severity, string>> = { error: '✖', warning: '▲', note: '●' };

export function SeverityMark({ severity, words = false }: { severity: Severity; words?: boolean }) {
  return (
    <span class={`severity ${severity}`} title={severity}>
      <span aria-hidden="true">{SIGNS[severity]}</span>
      <span class={words ? 'severity-word' : 'sr'}>{severity}</span>
    </span>
  );
}

export function SenderMark({ sender }: { sender: Sender }) {
  return (
    <span class={`sender ${sender}`}>
      <span aria-hidden="true">{sender === 'client' ? 'C → S' : 'C ← S'}</span>
      <span class="sr">{sender === 'client' ? 'client to server' : 'server to client'}</span>
    </span>
  );
}

export function OpcodeMark({ opcode }: { opcode: number }) {
  const kind = isReserved(opcode) ? 'reserved' : isControl(opcode) ? 'control' : 'data';
  return <span class={`opcode ${kind}`}>{opcodeTitle(opcode)}</span>;
}
