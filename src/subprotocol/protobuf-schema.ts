/**
 * Protocol Buffers with their schema: a decoder for messages of the types that somebody names in a .proto file.
 *
 * Strategy: `protobufjs` reads the file and decodes. The wire says of no message which type it is, so that is given: one type for
 * both senders, or the client's and the server's. Octets that are no message of it, or none of whose fields it has, are
 * left to others.
 */
import { isAbsolute } from 'node:path';
import protobufjs from 'protobufjs';
import type { Sender } from '../websocket/frame-record.js';
import { BINARY } from '../websocket/opcode.js';
import { facts, quoted } from './bounded.js';
import { makeUnit, type Subprotocol } from './decoder.js';
import { plain } from './plain.js';

const PROTOCOL = 'protobuf';
const NAMES_SHOWN = 6;

type Types = Readonly<Record<Sender, protobufjs.Type>>;

/**
 * A decoder of the messages of a .proto file. `names`: of a message for both senders (`package.Message`), or of the client's
 * and the server's; none: the file has only one that is in no other. Throws Error with one line that says what is wrong.
 */
export function protobufSchema(file: string, names: readonly string[]): Subprotocol {
  const root = new OwnRoot().loadSync(file).resolveAll();
  const [client, server = client] =
    names.length === 0 ? [onlyType(root)] : names.map((name) => find(root, name));
  return {
    name: PROTOCOL,
    byContent: true,
    expects: () => 0,
    bid: ({ opcode }) => (opcode === BINARY ? 0.95 : 0),
    open: () => ({
      decode({ content, sender }) {
        const told = decode({ client, server }, sender, content);
        if (told === undefined) return undefined;
        const { type, value } = told;
        const fields = Object.keys(value);
        const shown = fields.slice(0, NAMES_SHOWN).map(quoted).join(', ');
        const more = fields.length > NAMES_SHOWN ? ', …' : '';
        const summary = `${type} with ${shown === '' ? 'nothing' : shown}${more}`;
        return [makeUnit(PROTOCOL, type, summary, facts(value))];
      },
    }),
  };
}

/** Schemas come from others, too: they import what lies beside them, and nothing by its place in the file system. */
class OwnRoot extends protobufjs.Root {
  override resolvePath(origin: string, target: string): string | null {
    if (origin !== '' && isAbsolute(target))
      throw new Error(`imports ${quoted(target)}, by an absolute path`);
    return super.resolvePath(origin, target);
  }
}

function find(root: protobufjs.Namespace, name: string): protobufjs.Type {
  const found =
    root.lookup(name.replace(/^\.?/, '.'), [protobufjs.Type]) ?? root.lookup(name, [protobufjs.Type]);
  if (found instanceof protobufjs.Type) return found;
  throw new Error(`has no message ${name}${among(typesOf(root))}`);
}

function onlyType(root: protobufjs.Namespace): protobufjs.Type {
  const types = typesOf(root);
  if (types.length === 1) return types[0];
  throw new Error(
    types.length === 0 ? 'has no message' : `has several messages: name one behind a colon${among(types)}`,
  );
}

const MAX_TOLD = 8;

function among(types: readonly protobufjs.Type[]): string {
  const names = types.slice(0, MAX_TOLD).map((type) => nameOf(type));
  return types.length === 0 ? '' : ` (it has ${names.join(', ')}${types.length > MAX_TOLD ? ', …' : ''})`;
}

const nameOf = (type: protobufjs.Type): string => type.fullName.replace(/^\./, '');

/** Those that are in no other message, in their order. */
function typesOf(namespace: protobufjs.NamespaceBase): protobufjs.Type[] {
  return namespace.nestedArray.flatMap((one) =>
    one instanceof protobufjs.Type ? [one] : one instanceof protobufjs.Namespace ? typesOf(one) : [],
  );
}

function decode(
  types: Types,
  sender: Sender,
  content: Uint8Array,
): { readonly type: string; readonly value: Readonly<Record<string, unknown>> } | undefined {
  const type = types[sender];
  let value: Record<string, unknown>;
  try {
    value = type.toObject(type.decode(content), { enums: String, longs: BigInt });
  } catch {
    return undefined;
  }
  if (content.length > 0 && Object.keys(value).length === 0) return undefined;
  return { type: nameOf(type), value: plain(value) as Readonly<Record<string, unknown>> };
}
