import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A reverse proxy that serves a server below a path, which it removes from requests. */
export interface PrefixProxy {
  /** The URL of the server as clients of the proxy see it, without a slash at its end. */
  url: string;
  close(): Promise<void>;
}

/** Opens a proxy for the server at `target`, which adds `headers` to each request. It also forwards WebSockets. */
export async function openPrefixProxy(
  target: string,
  prefix: string,
  headers: Record<string, string> = {},
): Promise<PrefixProxy> {
  const { hostname: host, port } = new URL(target);
  const forward = (incoming: IncomingMessage) => {
    const path = incoming.url?.slice(prefix.length) || '/';
    return request({ host, port, method: incoming.method, path, headers: { ...incoming.headers, ...headers } });
  };
  const server = createServer((incoming, outgoing) => {
    if (incoming.url?.startsWith(prefix) !== true)
      return void outgoing.writeHead(404).end('This is not below the path.');
    const onward = incoming.pipe(forward(incoming));
    onward.once('response', (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    onward.once('error', () => outgoing.destroy());
    outgoing.once('close', () => onward.destroy());
  });
  server.on('upgrade', (incoming, socket) => {
    const onward = forward(incoming);
    const fail = (): void => void socket.destroy();
    socket.on('error', () => onward.destroy());
    onward.once('error', fail).once('upgrade', ({ headers: accepted }, upstream) => {
      const lines = Object.entries(accepted).map(([name, value]) => `${name}: ${String(value)}\r\n`);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`);
      upstream.on('error', fail).pipe(socket).pipe(upstream);
    });
    onward.once('response', (response) => {
      socket.write(`HTTP/1.1 ${response.statusCode} \r\n\r\n`);
      response.pipe(socket);
    });
    onward.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
