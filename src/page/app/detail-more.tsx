/**
 * What is told of a frame beside its fields, as branches: its message in the words of its subprotocol, the steps of a
 * decoder, its packets, and the handshake of its session.
 */
import { formatHex } from '../../bytes/hex.js';
import { textOfOctets } from '../../bytes/octets.js';
import { visible } from '../../bytes/visible.js';
import type { Explanation } from '../../explain/explanation.js';
import type { Head } from '../../http/head.js';
import { describeDecoded } from '../../output/decoded-text.js';
import { formatRelative, formatUtc } from '../../output/time.js';
import type { Timestamp } from '../../stream/place.js';
import type { JsonLike } from '../../subprotocol/decoder.js';
import type { Session } from '../../websocket/session-record.js';
import type { PageMessage } from '../source.js';
import { counted, whole } from './amounts.js';
import type { Branch } from './tree.js';
import { Value } from './value.js';

/** Members of one object, and packets, that are told. */
const MOST = 100;
const MOST_TEXT = 400;

export function messageBranch(message: PageMessage): Branch {
  const { number, decoded, frames, length, compressed, wireLength, content, validText } = message;
  const text = validText ? textOfOctets(content.subarray(0, 4 * MOST_TEXT)) : formatHex(content, 64);
  const facts = [
    counted(length, 'byte'),
    ...(frames.length > 1 ? [`${frames.length} frames: ${frames.slice(0, 8).join(', ')}`] : []),
    ...(compressed ? [`inflated from ${whole(wireLength)}`] : []),
  ];
  return {
    id: 'message',
    text: (
      <>
        <b>Message {number}</b> <span class="faint">{facts.join('; ')}</span>
      </>
    ),
    open: decoded !== undefined || compressed || frames.length > 1,
    children: [
      ...(decoded === undefined
        ? []
        : [
            {
              id: 'message-decoded',
              class: 'decoded',
              text: describeDecoded(decoded),
              open: true,
              children: (decoded.parts ?? [decoded]).map((unit, i) =>
                valueBranch(`unit-${i}`, decoded.parts === undefined ? 'value' : unit.summary, unit.value),
              ),
            },
          ]),
      { id: 'message-content', text: <Value text={text} /> },
    ],
  };
}

/** A value of JSON, its members as branches. */
export function valueBranch(id: string, name: string, value: JsonLike, depth = 0): Branch {
  const label = <b class="member">{visible(name)}</b>;
  if (value === null || typeof value !== 'object')
    return {
      id,
      text: (
        <>
          {label} <Value text={JSON.stringify(value)} />
        </>
      ),
    };
  const members = Object.entries(value) as [string, JsonLike][];
  const kind = Array.isArray(value) ? `[${members.length}]` : `{${members.length}}`;
  const more = members.length - MOST;
  return {
    id,
    text: (
      <>
        {label} <span class="faint">{kind}</span>
      </>
    ),
    open: depth < 2,
    children: [
      ...members.slice(0, MOST).map(([key, inner]) => valueBranch(`${id}.${key}`, key, inner, depth + 1)),
      ...(more > 0 ? [{ id: `${id}…`, text: `… ${whole(more)} more` }] : []),
    ],
  };
}

export function stepsBranch({ steps }: Explanation): Branch {
  return {
    id: 'steps',
    text: <b>What a decoder does</b>,
    children: steps.map(({ state, takes, tells }, i) => ({
      id: `step-${i}`,
      text: (
        <>
          <span class="chip">{state}</span> {takes === 0 ? '' : `takes ${counted(takes, 'byte')}: `}
          {visible(tells)}
        </>
      ),
    })),
  };
}

/** `start`: of the first packet. */
export function packetsBranch({ pieces, frame }: Explanation, start: Timestamp): Branch {
  const more = pieces.length - MOST;
  return {
    id: 'packets',
    text: (
      <>
        <b>{counted(pieces.length, 'packet')}</b>{' '}
        <span class="faint">
          {pieces
            .slice(0, 8)
            .map(({ packet }) => packet)
            .join(', ')}
          {pieces.length > 8 ? ' …' : ''}
        </span>
      </>
    ),
    children: [
      {
        id: 'packets-time',
        text: `captured at ${formatUtc(frame.timestamp)}, ${formatRelative(frame.timestamp, start)} s since the first packet`,
      },
      ...pieces.slice(0, MOST).map(({ packet, packetOffset, streamOffset, length, comment }, i) => {
        const from = streamOffset - frame.streamOffset;
        const where = packetOffset === undefined ? '' : ` at offset ${packetOffset}`;
        return {
          id: `packet-${i}`,
          holds: true,
          bits: { start: 8 * from, end: 8 * (from + length) },
          text: `packet ${packet}${where}: bytes ${from} to ${from + length - 1} of the frame${comment === undefined ? '' : `; comment: ${visible(comment)}`}`,
        };
      }),
      ...(more > 0 ? [{ id: 'packets…', text: `… ${whole(more)} more` }] : []),
    ],
  };
}

export function handshakeBranch({ handshake, client, server, number }: Session): Branch {
  const text = (
    <>
      <b>Session {number}</b>{' '}
      <span class="faint">
        {client} → {server}
      </span>
    </>
  );
  if (handshake === undefined)
    return {
      id: 'session',
      text,
      children: [{ id: 'session-none', text: 'Its handshake was not captured.' }],
    };
  const { request, response, method, target, status, reason } = handshake;
  const lines = (id: string, first: string, { headers }: Head): Branch => ({
    id,
    text: <Value text={first} />,
    open: true,
    children: headers.slice(0, MOST).map(({ name, value }, i) => ({
      id: `${id}-${i}`,
      text: (
        <>
          <b class="member">{visible(name)}</b> <Value text={value} />
        </>
      ),
    })),
  });
  return {
    id: 'session',
    text,
    children: [
      ...(request === undefined ? [] : [lines('request', `${method ?? ''} ${target ?? ''}`, request)]),
      lines('response', `${status ?? ''} ${reason}`, response),
    ],
  };
}
