/**
 * A recording of real applications (fixtures/messages-*): its messages decoded, each beside what its sender logged.
 */
import { expect } from 'vitest';
import { type Decoded, SubprotocolDecoding, type Unit } from '../../src/subprotocol/index.js';
import type { Sender } from '../../src/websocket/frame-record.js';
import type { Message } from '../../src/websocket/message-record.js';
import { isControl } from '../../src/websocket/opcode.js';
import { messageCases, messagesOf, type RecordedSession } from '../support/messages.js';

export interface Said {
  readonly message: Message;
  readonly decoded: Decoded | undefined;
  /** Of short texts, as logged. */
  readonly logged: string | undefined;
}

export const caseOf = (name: string) => messageCases.find((one) => one.name === name)!;

/** The data messages of each session, each beside what its sender logged. */
export async function sessionsOf(name: string): Promise<Said[][]> {
  const { capture, recorded } = caseOf(name);
  const { messages, sessions } = await messagesOf(capture);
  const decoding = new SubprotocolDecoding({ defect: (code) => expect(code).toBeUndefined() });
  const all = messages.map((message) => ({ message, decoded: decoding.decode(message) }));
  return sessions.map((session, index) => {
    const own = all.filter(({ message }) => message.session.number === session.number);
    const logs = { client: textsOf(recorded[index], 'client'), server: textsOf(recorded[index], 'server') };
    return own
      .filter(({ message }) => !isControl(message.opcode))
      .map((said) => ({ ...said, logged: logs[said.message.sender].shift() }));
  });
}

function textsOf(session: RecordedSession, sender: Sender): (string | undefined)[] {
  const logged = sender === 'client' ? session.clientMessages : (session.serverMessages ?? []);
  return logged
    .filter(({ opcode }) => opcode === 'text' || opcode === 'binary')
    .map(({ text, opcode }) => (opcode === 'text' ? text : undefined));
}

export const unitsOf = ({ decoded }: Said): readonly Unit[] => decoded?.parts ?? (decoded ? [decoded] : []);
export const factsOf = (unit: Unit) => unit.value as Record<string, unknown>;
export const wholeUnits = (said: readonly Said[], sender: Sender): Unit[] =>
  said
    .filter(({ message }) => message.sender === sender)
    .flatMap(unitsOf)
    .filter(({ type }) => type !== 'part');

/** Of all answers: those that say whom they answer. */
export const answered = (units: readonly Unit[]) =>
  units.filter(({ answers }) => answers !== undefined).length;
