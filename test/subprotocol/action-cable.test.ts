import { describe, expect, it } from 'vitest';
import { Conversation, told } from './harness.js';

const text = (fields: unknown) => JSON.stringify(fields);
const identifier = text({ channel: 'ChatChannel', room: 'lobby' });

describe('action-cable', () => {
  const talk = () => new Conversation({ subprotocol: 'actioncable-v1-json' });

  it('pairs subscriptions with what confirms or rejects them', () => {
    const cable = talk();
    const said = [
      cable.server(text({ type: 'welcome' })),
      cable.client(text({ command: 'subscribe', identifier })),
      cable.client(text({ command: 'subscribe', identifier: 'other' })),
      cable.server(text({ identifier, type: 'confirm_subscription' })),
      cable.server(text({ identifier: 'other', type: 'reject_subscription' })),
      cable.client(text({ command: 'message', identifier, data: text({ action: 'speak', body: 'ö' }) })),
      cable.server(text({ identifier, message: { body: 'ö' } })),
      cable.server(text({ type: 'ping', message: 1700 })),
      cable.client(text({ command: 'unsubscribe', identifier })),
      cable.server(text({ type: 'disconnect', reason: 'server_restart', reconnect: true })),
      cable.server(text({ identifier, type: 'confirm_subscription' })),
    ];
    expect(said.map((decoded) => told(decoded).replace('action-cable ', ''))).toEqual([
      'welcome',
      'subscribe "ChatChannel"',
      'subscribe "other"',
      'confirm_subscription "ChatChannel" ← 2',
      'reject_subscription "other" ← 3',
      'message "speak" to "ChatChannel"',
      'message of "ChatChannel"',
      'ping',
      'unsubscribe "ChatChannel"',
      'disconnect server_restart',
      'confirm_subscription "ChatChannel"',
    ]);
    expect(said[5]?.value).toEqual({
      identifier: { channel: 'ChatChannel', room: 'lobby' },
      action: 'speak',
      data: { action: 'speak', body: 'ö' },
    });
    expect(said[9]?.value).toEqual({ reason: 'server_restart', reconnect: true });
    expect(said[3]?.answers).toEqual({ message: 2, latency: 2 });
  });

  it.each([
    '{}',
    '[]',
    text({ command: 'fly', identifier }),
    text({ command: 'subscribe', identifier: 5 }),
    'x',
  ])('%s is none of a client', (said) => {
    expect(talk().client(said)).toBeUndefined();
  });

  it.each(['{}', text({ identifier }), text({ type: 'tick' }), text({ type: 5, identifier })])(
    '%s is none of a server',
    (said) => {
      expect(talk().server(said)).toBeUndefined();
    },
  );
});

it.each([
  [text({ command: 'subscribe', identifier }), true],
  [text({ identifier, message: 1 }), true],
  ['{"type":"welcome"}', true],
  ['{"type":"welcome","user":1}', false],
  ['{"command":"subscribe","channel":"x"}', false],
  ['{"identifier":"x","message":1}', false],
])('by content: %s: %s', (said, isTaken) => {
  const cable = new Conversation({ midstream: true });
  const decoded = said.startsWith('{"command') ? cable.client(said) : cable.server(said);
  expect(decoded?.protocol).toBe(isTaken ? 'action-cable' : undefined);
});
