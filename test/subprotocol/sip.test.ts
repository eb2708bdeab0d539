import { describe, expect, it } from 'vitest';
import { Conversation, told } from './harness.js';

const head = (start: string, ...headers: string[]) => `${[start, ...headers].join('\r\n')}\r\n\r\n`;
const request = (method: string, cseq: number, ...more: string[]) =>
  head(`${method} sip:bob@a.example SIP/2.0`, 'Call-ID: c1', `CSeq: ${cseq} ${method}`, ...more);
const response = (status: string, cseq: string) => head(`SIP/2.0 ${status}`, 'i: c1', `CSeq:  ${cseq}`);

describe('sip', () => {
  const talk = () => new Conversation({ subprotocol: 'sip' });

  it('pairs responses by Call-ID and CSeq', () => {
    const sip = talk();
    const said = [
      sip.client(request('INVITE', 1)),
      sip.server(response('100 Trying', '1 INVITE')),
      sip.server(response('180 Ringing', '1 INVITE')),
      sip.server(request('OPTIONS', 1)),
      sip.client(response('200 OK', '1 OPTIONS')),
      sip.server(response('200 OK', '1 INVITE')),
      sip.client(request('ACK', 1)),
      sip.server(response('200 OK', '1 ACK')),
      sip.client(request('BYE', 2)),
      sip.server(response('481 ', '2 BYE')),
      sip.server(response('481', '2 BYE')),
    ];
    expect(said.map((decoded) => told(decoded).replace('sip ', ''))).toEqual([
      'INVITE sip:bob@a.example, CSeq 1',
      '100 Trying of INVITE, CSeq 1 ← 1',
      '180 Ringing of INVITE, CSeq 1 ← 1',
      'OPTIONS sip:bob@a.example, CSeq 1',
      '200 OK of OPTIONS, CSeq 1 ← 4',
      '200 OK of INVITE, CSeq 1 ← 1',
      'ACK sip:bob@a.example, CSeq 1',
      '200 OK of ACK, CSeq 1',
      'BYE sip:bob@a.example, CSeq 2',
      '481  of BYE, CSeq 2 ← 9',
      '481  of BYE, CSeq 2',
    ]);
    expect(said[5]?.answers).toEqual({ message: 1, latency: 5 });
  });

  it('tells headers, short or folded, and the body', () => {
    const decoded = talk().client(
      `${request('MESSAGE', 7, 'Via: a', 'v: b', 'Subject: one', ' two', 'm: <sip:x>', 'no header', 'c:text/plain')}größer`,
    );
    expect(decoded?.value).toEqual({
      method: 'MESSAGE',
      uri: 'sip:bob@a.example',
      callId: 'c1',
      cseq: '7 MESSAGE',
      headers: {
        'call-id': 'c1',
        cseq: '7 MESSAGE',
        via: ['a', 'b'],
        subject: 'one two',
        contact: '<sip:x>',
        'content-type': 'text/plain',
      },
      length: 8,
      payload: 'größer',
    });
  });

  it('pairs keep-alives', () => {
    const sip = talk();
    expect(told(sip.client('\r\n\r\n'))).toBe('sip keep-alive, asks');
    expect(told(sip.server('\r\n'))).toBe('sip keep-alive, answers ← 1');
    expect(told(sip.server(Buffer.from('\r\n')))).toBe('sip keep-alive, answers');
  });

  it.each([
    'INVITE sip:a SIP/2.0\r\n',
    head('INVITE a SIP/2.0'),
    head('INVITE sip:a SIP/3.0'),
    head('SIP/2.0 700 X'),
    head('GET / HTTP/1.1'),
    '',
    `INVITE sip:a SIP/2.0\r\n${'a: b\r\n'.repeat(20_000)}\r\n`,
  ])('%.30j is none', (text) => {
    expect(talk().client(text)).toBeUndefined();
  });

  it('is known by content', () => {
    expect(new Conversation().client(request('REGISTER', 1))?.protocol).toBe('sip');
    expect(new Conversation().client(Buffer.from(response('200 OK', '1 X')))?.protocol).toBe('sip');
    expect(new Conversation().client(head('INVITE you to dinner'))).toBeUndefined();
  });
});
