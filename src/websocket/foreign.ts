/**
 * Protocols that are told by a few octets, so that no search for frames is wasted on them, or that look like
 * frames although they are none.
 */

/** Whether a segment chunk[start, end) begins as those of TLS or SSH do. */
export function isForeign(chunk: Uint8Array, start: number, end: number): boolean {
  if (end - start < 5) return false;
  return isTlsRecord(chunk, start) || isSshBanner(chunk, start);
}

/** RFC 8446 §5.1: type 20 … 24, version 3.0 … 3.4, at most 2^14 + 2048 octets (RFC 5246 §6.2.3). */
function isTlsRecord(chunk: Uint8Array, at: number): boolean {
  const type = chunk[at];
  if (type < 20 || type > 24 || chunk[at + 1] !== 3 || chunk[at + 2] > 4) return false;
  const length = (chunk[at + 3] << 8) | chunk[at + 4];
  return length > 0 && length <= 0x4800;
}

/** RFC 4253 §4.2: `SSH-`. */
function isSshBanner(chunk: Uint8Array, at: number): boolean {
  return chunk[at] === 0x53 && chunk[at + 1] === 0x53 && chunk[at + 2] === 0x48 && chunk[at + 3] === 0x2d;
}

/**
 * Whether bytes[at, end) are MQTT SUBSCRIBE packets (MQTT 3.1.1 §3.8): octet 82, a length, a packet
 * identifier and topic filters, which fill it. They are whole binary frames to the eye.
 */
export function isMqtt(bytes: Uint8Array, at: number, end: number): boolean {
  let packets = 0;
  for (let next = at; next + 2 <= end; packets++) {
    const size = bytes[next + 1];
    const last = next + 2 + size;
    if (bytes[next] !== 0x82 || size > 0x7f || last > end) break;
    // MQTT 5.0 §3.8.2: properties come first, behind their length.
    if (!isSubscription(bytes, next + 4, last) && !isSubscription(bytes, next + 5 + bytes[next + 4], last))
      break;
    next = last;
  }
  return packets > 0;
}

/** Topic filters and options, each filter behind its length. */
function isSubscription(bytes: Uint8Array, at: number, end: number): boolean {
  let next = at;
  while (next + 3 <= end) {
    const length = (bytes[next] << 8) | bytes[next + 1];
    next += 2 + length;
    if (length === 0 || next >= end || (bytes[next] & 0xc3) > 2) return false;
    next++;
  }
  return next === end && end > at;
}
