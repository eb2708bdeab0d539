/**
 * The frame list as text, one line per frame as tshark prints packets: streaming, fit for grep and awk.
 */

import type { Frame } from '../websocket/frame-record.js';
import type { Colors } from './colors.js';
import { type ColumnContext, frameColumns } from './frame-columns.js';

/** `    1   0.001203  1 client→server  FIN ---  text  mask 37fa213d  5 (7-bit)  Hello` */
export function frameLine(frame: Frame, context: ColumnContext, colors: Colors): string {
  const c = frameColumns(frame, context);
  const opcode = colors.opcode(frame.opcode, c.opcode.padEnd(12));
  const mask = frame.masked ? `mask ${c.mask}` : 'unmasked     ';
  const facts = `${c.number.padStart(5)} ${c.time.padStart(11)} ${c.session.padStart(3)} ${c.direction}`;
  const header = `${c.fin} ${c.rsv}  ${opcode} ${mask} ${c.length.padStart(6)} ${c.form.padEnd(6)}`;
  const remark = c.remark === '' ? '' : `${colors.remark(c.remark)} `;
  return `${facts}  ${header}  ${remark}${c.payload}`.trimEnd();
}
