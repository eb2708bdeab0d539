/**
 * Whether a document is HAR 1.2, by the schema that HTTP clients and viewers check it with:
 * https://github.com/ahmadnassri/har-schema.
 */
import { createRequire } from 'node:module';
import { Ajv, type ErrorObject } from 'ajv';
import formats from 'ajv-formats';

const require = createRequire(import.meta.url);
const schemas: Record<string, object> = require('har-schema');

const ajv = new Ajv({ strict: false });
formats.default(ajv);
ajv.addMetaSchema(require('ajv/lib/refs/json-schema-draft-06.json'));
for (const schema of Object.values(schemas)) ajv.addSchema(schema);

/** Undefined: it is. */
export function faultsOfHar(document: unknown): ErrorObject[] | undefined {
  ajv.validate('har.json#', document);
  return ajv.errors ?? undefined;
}
