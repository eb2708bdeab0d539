/**
 * What decodes the subprotocols for a command: the decoders that are known, and those that `--decoder` and `--proto` name.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { visible } from '../bytes/visible.js';
import type { Subprotocol } from '../subprotocol/decoder.js';
import type { SubprotocolDecoding } from '../subprotocol/decoding.js';
import type { CommonOptions, Proto } from './commands/options.js';
import { UsageError } from './exit.js';

/**
 * Loaded only if wanted. `plainJson`: also of JSON that no subprotocol has taken it is told what it says; mostly its content
 * says all. Throws UsageError for a decoder that cannot be loaded.
 */
export async function makeDecoding(
  { limit, decoder, proto }: Pick<CommonOptions, 'limit' | 'decoder' | 'proto'>,
  defect: (code: string, message: string) => void,
  plainJson = false,
): Promise<SubprotocolDecoding> {
  const { SubprotocolDecoding: Decoding } = await import('../subprotocol/decoding.js');
  if (decoder.length > 0) containPromises(defect);
  const given = [...(await foreignDecoders(decoder)), ...(await schemas(proto))];
  if (given.length === 0) return new Decoding({ limits: limit, defect, plainJson });
  const { SUBPROTOCOLS } = await import('../subprotocol/registry.js');
  return new Decoding({ limits: limit, defect, plainJson, subprotocols: [...given, ...SUBPROTOCOLS] });
}

async function foreignDecoders(files: readonly string[]): Promise<Subprotocol[]> {
  if (files.length === 0) return [];
  const { foreignDecoder } = await import('../subprotocol/foreign.js');
  const loaded: Subprotocol[] = [];
  for (const file of files)
    loaded.push(
      await attempt(`--decoder ${file}`, async () => {
        const module = await import(pathToFileURL(resolve(file)).href);
        return foreignDecoder(module.default ?? module.decoder);
      }),
    );
  return loaded;
}

async function schemas(given: readonly Proto[]): Promise<Subprotocol[]> {
  if (given.length === 0) return [];
  const { protobufSchema } = await import('../subprotocol/protobuf-schema.js');
  const loaded: Subprotocol[] = [];
  for (const { given: option, file, names } of given)
    loaded.push(await attempt(`--proto ${option}`, async () => protobufSchema(file, names)));
  return loaded;
}

/** A promise that a decoder of one's own made and nobody awaits does not end the run; the first one is told of. */
function containPromises(defect: (code: string, message: string) => void): void {
  if (process.listenerCount('unhandledRejection') > 0) return;
  let isTold = false;
  process.on('unhandledRejection', (error) => {
    if (isTold) return;
    isTold = true;
    defect('decoder-failed', `a decoder leaves a promise that fails: ${lineOf(error)}`);
  });
}

/** Whatever goes wrong is told in one line. */
async function attempt<T>(option: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new UsageError(`${visible(option)}: ${visible(lineOf(error))}`);
  }
}

function lineOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0];
}
