import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';

import { TcpProxy } from './tcp-proxy.ts';
import { pause } from './wait.ts';
import type { Haven } from './haven.ts';

export interface Balancer {
  origin: string;
  close(): Promise<void>;
}

const PROBE_MS = 250;

/** Probes /readyz of each server like a load balancer, and chooses among the ready ones in turn. */
class Choice {
  readonly #statuses: Map<Haven, number>;
  #turn = 0;
  readonly #stopping = new AbortController();
  readonly #ended: Promise<unknown>;

  constructor(havens: readonly Haven[]) {
    this.#statuses = new Map(havens.map((haven) => [haven, 200]));
    this.#ended = Promise.all(havens.map((haven) => this.#probe(haven)));
  }

  /** Returns a server that is ready. If none is, as on a very busy machine, returns one that responds at all. */
  next(): Haven {
    const all = [...this.#statuses.keys()];
    const ready = all.filter((haven) => this.#statuses.get(haven) === 200);
    const responding = all.filter((haven) => (this.#statuses.get(haven) ?? 0) > 0);
    const from = [ready, responding].find(({ length }) => length > 0) ?? all;
    const next = from[this.#turn++ % from.length];
    if (!next) throw new Error('The balancer has no servers.');
    return next;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
  }

  async #probe(haven: Haven): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#statuses.set(haven, await haven.readiness());
      await pause(PROBE_MS);
    }
  }
}

/**
 * A balancer like nginx and Envoy: it speaks HTTP on both sides and keeps connections to each server open. It does not
 * retry, so each failure behind it becomes a 502 for the client.
 */
export async function openHttpBalancer(havens: readonly Haven[]): Promise<Balancer> {
  const choice = new Choice(havens);
  const agents = new Map(havens.map((haven) => [haven, new Agent({ keepAlive: true })]));
  const server = createServer((incoming, outgoing) => {
    const haven = choice.next();
    const { method, url: path, headers } = incoming;
    const onward = request({ host: '127.0.0.1', port: haven.port, method, path, headers, agent: agents.get(haven) });
    incoming.pipe(onward);
    onward.on('response', (response) => {
      const endToEnd = { ...response.headers };
      for (const name of ['connection', 'keep-alive']) delete endToEnd[name]; // hop-by-hop headers
      outgoing.writeHead(response.statusCode ?? 502, endToEnd);
      response.on('aborted', () => outgoing.destroy());
      response.pipe(outgoing);
    });
    onward.on('error', ({ code }: NodeJS.ErrnoException) => {
      if (outgoing.headersSent) outgoing.destroy();
      else
        outgoing
          .writeHead(502, { 'content-type': 'application/json' })
          .end(JSON.stringify({ code: `UPSTREAM_${code}` }));
    });
    outgoing.on('close', () => outgoing.writableFinished || onward.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      await choice.stop();
      for (const agent of agents.values()) agent.destroy();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** A balancer like a Kubernetes service: it chooses a server per connection, not per request. */
export async function openTcpBalancer(havens: readonly Haven[]): Promise<Balancer> {
  const choice = new Choice(havens);
  const proxy = await TcpProxy.open(() => choice.next().port);
  return {
    origin: proxy.origin,
    close: async () => {
      await choice.stop();
      await proxy.close();
    },
  };
}
