/**
 * Heads for the examples of rules: the handshake of RFC 6455 §1.2 with some of its fields changed.
 */

/** Values by name; undefined leaves the field out, an array has one line per value. */
type Fields = Readonly<Record<string, string | readonly string[] | undefined>>;

const REQUEST: Fields = {
  Host: 'server.example.com',
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version': '13',
};

const RESPONSE: Fields = {
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Accept': 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
};

export function exampleRequest(changes: Fields = {}, startLine = 'GET /chat HTTP/1.1'): string {
  return lines(startLine, { ...REQUEST, ...changes });
}

export function exampleResponse(
  changes: Fields = {},
  startLine = 'HTTP/1.1 101 Switching Protocols',
): string {
  return lines(startLine, { ...RESPONSE, ...changes });
}

const CONNECT: Fields = {
  ':method': 'CONNECT',
  ':protocol': 'websocket',
  ':scheme': 'https',
  ':path': '/chat',
  ':authority': 'server.example.com',
  'sec-websocket-version': '13',
};

/** The fields of an extended CONNECT (RFC 8441 §5.1): HTTP/2 has no start line. */
export function exampleConnect(changes: Fields = {}): string {
  return lines(undefined, { ...CONNECT, ...changes });
}

/** A request and its response, with an empty line between them. */
export function exampleExchange(request: string, response: string): string {
  return `${request}\n\n${response}`;
}

function lines(startLine: string | undefined, fields: Fields): string {
  const written = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one) => `${name}: ${one}`),
  );
  return (startLine === undefined ? written : [startLine, ...written]).join('\n');
}
