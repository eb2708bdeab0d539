/**
 * Whether a filter can hold in one session only: who looks through many records passes over those of others.
 */
import { type FilterNode, parseFilter } from './parser.js';

/** Its number; undefined: it may hold in any. Throws FilterError as parseFilter does. */
export function oneSession(filter: string): number | undefined {
  return sessionOf(parseFilter(filter));
}

function sessionOf(node: FilterNode): number | undefined {
  if (node.kind === 'and') return sessionOf(node.left) ?? sessionOf(node.right);
  if (node.kind !== 'compare' || node.operator !== '==' || node.operand.kind !== 'field') return undefined;
  const { field, slice } = node.operand;
  const isNumber = /^[1-9]\d{0,14}$/.test(node.value.text);
  return field.text === 'ws.session' && slice === undefined && isNumber ? Number(node.value.text) : undefined;
}
