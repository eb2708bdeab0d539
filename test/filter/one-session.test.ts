import { expect, it } from 'vitest';
import { oneSession } from '../../src/filter/index.js';

it.each([
  ['ws.session == 3', 3],
  ['(ws.session == 3) && (ws.length > 1 || ws.rsv1)', 3],
  ['ws.rsv1 and ws.session eq 12', 12],
  ['(ws.session == 3) && (ws.rsv1) || (ws.length > 1)', undefined],
  ['ws.session != 3', undefined],
  ['!(ws.session == 3)', undefined],
  ['ws.session >= 3', undefined],
  ['ws.session in {3}', undefined],
  ['ws.session == 0x3', undefined],
  ['ws.session == 010', undefined],
  ['ws.length == 3', undefined],
  ['ws.rsv1 xor ws.session == 3', undefined],
])('%s: %s', (filter, session) => expect(oneSession(filter)).toBe(session));
