/**
 * `wsdissect fields`: what filters may ask for.
 */
import { fields } from '../filter/index.js';
import { fieldJson, fieldLine, writeFieldTable } from '../output/field-text.js';
import { objectRenderer } from '../output/rows.js';
import { loadTables } from '../output/table.js';
import type { FieldsOptions } from './commands/fields.js';
import { formatFor } from './commands/options.js';
import type { Terminal } from './terminal.js';

export async function listFields(
  text: string | undefined,
  options: FieldsOptions,
  terminal: Terminal,
): Promise<void> {
  const { stdout, colors, width } = terminal;
  const format = formatFor(options, terminal);
  const wanted = text?.toLowerCase() ?? '';
  const asked = fields.filter(({ name, meaning }) => `${name} ${meaning}`.toLowerCase().includes(wanted));
  if (format === 'table') {
    await loadTables();
    writeFieldTable(stdout, asked, colors, width);
  } else {
    const line = format === 'text' ? fieldLine : fieldJson;
    const renderer = objectRenderer(format, stdout, (field: (typeof fields)[number]) =>
      stdout.write(line(field)),
    );
    for (const field of asked) renderer.row(field);
    renderer.end();
  }
  stdout.flush();
}
