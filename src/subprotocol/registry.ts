/**
 * The subprotocols that are known. Where several bid the same for a message, the first one has it.
 */
import type { Subprotocol } from './decoder.js';
import { engineIo } from './engine-io.js';
import { graphqlTransportWs, graphqlWs } from './graphql.js';
import { jsonRpc } from './json-rpc.js';
import { mqtt } from './mqtt.js';
import { stomp } from './stomp.js';

/** All subprotocols that are decoded, without plain JSON. */
export const SUBPROTOCOLS: readonly Subprotocol[] = [
  engineIo,
  graphqlTransportWs,
  graphqlWs,
  jsonRpc,
  mqtt,
  stomp,
];
