import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

import { expect, it } from 'vitest';

import { PreparedResponse } from './prepared-response.js';

/** Writes a response with a body. Returns its bytes as text, and the encoding in which Node was to write it. */
function write(body: string, encoding?: BufferEncoding): [string, string] {
  let [text, used] = ['', ''];
  const socket = new Duplex({
    decodeStrings: false,
    read: () => undefined,
    write: (chunk: string, given, done) => {
      text += Buffer.from(chunk, given).toString();
      used = given;
      done();
    },
  }) as Socket; // a response needs only a stream
  const response = new PreparedResponse(new IncomingMessage(socket));
  response.assignSocket(socket);
  response.writeHead(200, { 'content-length': Buffer.byteLength(body) });
  if (encoding) response.end(body, encoding);
  else response.end(body);
  return [text.slice(text.indexOf('\r\n\r\n') + 4), used];
}

it('writes bodies of ASCII as Latin-1, and others as UTF-8', () => {
  expect(write('{"name":"Alien"}')).toEqual(['{"name":"Alien"}', 'latin1']);
  for (const body of ['{"name":"Amélie"}', '{"name":"👽"}']) expect(write(body)).toEqual([body, 'utf8']);
  expect(write('Alien', 'utf8')).toEqual(['Alien', 'utf8']);
});
