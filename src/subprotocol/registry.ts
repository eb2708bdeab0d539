/**
 * The subprotocols that are known. Where several bid the same for a message, the first one has it.
 */
import { actionCable } from './action-cable.js';
import { cbor } from './cbor.js';
import { compressed } from './compressed.js';
import type { Subprotocol } from './decoder.js';
import { engineIo } from './engine-io.js';
import { graphqlTransportWs, graphqlWs } from './graphql.js';
import { jsonRpc } from './json-rpc.js';
import { mqtt } from './mqtt.js';
import { messagePack } from './msgpack.js';
import { phoenix } from './phoenix.js';
import { protobuf } from './protobuf.js';
import { signalr } from './signalr.js';
import { sip } from './sip.js';
import { sockjs } from './sockjs.js';
import { stomp } from './stomp.js';
import { wamp } from './wamp.js';

/** All subprotocols that are decoded, without plain JSON. */
export const SUBPROTOCOLS: readonly Subprotocol[] = [
  engineIo,
  graphqlTransportWs,
  graphqlWs,
  jsonRpc,
  mqtt,
  stomp,
  phoenix,
  actionCable,
  wamp,
  signalr,
  sockjs,
  sip,
  ...compressed,
  messagePack,
  cbor,
  protobuf,
];
