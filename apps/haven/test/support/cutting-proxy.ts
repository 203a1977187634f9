import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy that loses responses and cuts connections when a test wants it. */
export interface CuttingProxy {
  url: string;
  /** Number of requests that arrived. */
  requests: number;
  /** Number of the next responses that are lost: the server has sent them, and the client's connection is closed. */
  lose: number;
  /** Closes all connections of clients, also those of streams. */
  cut(): void;
  close(): Promise<void>;
}

/** Opens a proxy for the server at `target`. */
export async function openCuttingProxy(target: string): Promise<CuttingProxy> {
  const { hostname: host, port } = new URL(target);
  const server = createServer((incoming, outgoing) => {
    proxy.requests += 1;
    const { method, url: path, headers } = incoming;
    const onward = incoming.pipe(request({ host, port, method, path, headers }));
    onward.once('response', (response) => {
      if (proxy.lose > 0) {
        proxy.lose -= 1;
        response.resume().once('end', () => outgoing.destroy());
        return;
      }
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      outgoing.flushHeaders();
      response.pipe(outgoing);
    });
    onward.once('error', () => outgoing.destroy());
    outgoing.once('close', () => onward.destroy());
  });
  const proxy: CuttingProxy = {
    url: '',
    requests: 0,
    lose: 0,
    cut: () => server.closeAllConnections(),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return proxy;
}
