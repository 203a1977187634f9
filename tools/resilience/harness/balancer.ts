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

/** Asks /readyz of each as a load balancer does, and gives those that are ready in turn. */
class Choice {
  readonly #statuses: Map<Haven, number>;
  #turn = 0;
  readonly #over = new AbortController();
  readonly #ended: Promise<unknown>;

  constructor(havens: readonly Haven[]) {
    this.#statuses = new Map(havens.map((haven) => [haven, 200]));
    this.#ended = Promise.all(havens.map((haven) => this.#probe(haven)));
  }

  /** One that is ready; where none is, as on a machine too busy to tell, one that answers. */
  next(): Haven {
    const all = [...this.#statuses.keys()];
    const ready = all.filter((haven) => this.#statuses.get(haven) === 200);
    const answering = all.filter((haven) => (this.#statuses.get(haven) ?? 0) > 0);
    const from = [ready, answering].find(({ length }) => length > 0) ?? all;
    const next = from[this.#turn++ % from.length];
    if (!next) throw new Error('There is no Haven to balance.');
    return next;
  }

  async stop(): Promise<void> {
    this.#over.abort();
    await this.#ended;
  }

  async #probe(haven: Haven): Promise<void> {
    while (!this.#over.signal.aborted) {
      this.#statuses.set(haven, await haven.readiness());
      await pause(PROBE_MS);
    }
  }
}

/**
 * As nginx and Envoy do: it speaks HTTP on both sides and keeps connections to each Haven. It sends nothing twice, so that
 * whatever fails behind it fails before it, as 502.
 */
export async function openHttpBalancer(havens: readonly Haven[]): Promise<Balancer> {
  const choice = new Choice(havens);
  const agents = new Map(havens.map((haven) => [haven, new Agent({ keepAlive: true })]));
  const server = createServer((incoming, outgoing) => {
    const haven = choice.next();
    const { method, url: path, headers } = incoming;
    const onward = request({ host: '127.0.0.1', port: haven.port, method, path, headers, agent: agents.get(haven) });
    incoming.pipe(onward);
    onward.on('response', (answer) => {
      const kept = { ...answer.headers };
      for (const name of ['connection', 'keep-alive']) delete kept[name]; // of this hop, not of the next
      outgoing.writeHead(answer.statusCode ?? 502, kept);
      answer.on('aborted', () => outgoing.destroy());
      answer.pipe(outgoing);
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

/** As Kubernetes' services do: it chooses for each connection, and what a client sends over one it keeps goes where it went before. */
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
