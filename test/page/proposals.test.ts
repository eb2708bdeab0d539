/**
 * Which fields are offered to who writes a filter, and where none is meant.
 */
import { describe, expect, it } from 'vitest';
import { proposalsFor, withField } from '../../src/page/app/proposals.js';

const unmarked = (marked: string) => marked.replace(/\|(?=[^|]*$)/, '');

/** The last `|` is where one writes. */
function offered(marked: string, isAsked = false) {
  const caret = marked.lastIndexOf('|');
  return proposalsFor(unmarked(marked), caret, isAsked);
}
const names = (marked: string, isAsked = false) => offered(marked, isAsked)?.fields.map(({ name }) => name);

describe('fields are offered', () => {
  it.each([
    ['ws.le|', ['ws.length']],
    ['WS.LE|', ['ws.length']],
    ['opc|', ['websocket.opcode']],
    ['masking|', ['websocket.masking_key']],
    ['ws.session in {1, 2} and not ws.le|', ['ws.length']],
    ['!ws.le|', ['ws.length']],
    ['(ws.le|', ['ws.length']],
    ['max(ws.gap, ws.le|', ['ws.length']],
    ['websocket.fin == 1 || any ws.le|', ['ws.length']],
    ['ws.json|', ['ws.json.<path>']],
    ['ws.le| && websocket', ['ws.length']],
    ['w|s.length', expect.arrayContaining(['websocket.opcode', 'ws.length'])],
  ])('%s', (marked, expected) => expect(names(marked)).toEqual(expected));

  it.each([
    '|',
    'websocket.opcode == |',
    'websocket.opcode == te|',
    'websocket.payload contains web|',
    'ws.session in {we|',
    'ws.session in {1, we|',
    'ws.length|',
    'ws.length w|',
    '"ws.le|',
    'websocket.payload contains "&&" ws|',
    'ws.json.ws|',
    'nothing.like.it|',
    '§ ws|',
  ])('not: %s', (marked) => expect(names(marked)).toBeUndefined());

  it('all of frames, where somebody asks for them', () => {
    expect(names('|', true)!.length).toBeGreaterThan(50);
    expect(names('websocket && |', true)).toEqual(names('|', true));
    expect(names('|', true)).not.toContain('ws.ending');
    expect(names('websocket.opcode == |', true)).toBeUndefined();
  });

  it('those first that begin with the word', () =>
    expect(names('fra|')!.findIndex((name) => !name.startsWith('fra'))).toBe(
      names('fra|')!.filter((name) => name.startsWith('fra')).length,
    ));
});

it.each([
  ['ws.le| > 3', 'ws.length| > 3'],
  ['a && opc|.code', 'a && websocket.opcode|'],
  ['ws.json| == 1', 'ws.json.| == 1'],
])('%s becomes %s', (marked, expected) => {
  const proposals = offered(marked)!;
  const [filter, caret] = withField(unmarked(marked), proposals, proposals.fields[0]);
  expect(`${filter.slice(0, caret)}|${filter.slice(caret)}`).toBe(expected);
});
