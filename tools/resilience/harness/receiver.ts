import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface Delivery {
  data?: { recordId: string; version: number };
}

/** A receiver of webhooks that records the changes it received. */
export class Receiver {
  /** Number of deliveries of each change, by record and version. */
  readonly changes = new Map<string, number>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const { data } = JSON.parse(await text(request).catch(() => '{}')) as Delivery;
      if (data) this.#count(`${data.recordId} ${data.version}`);
      response.writeHead(204).end();
    });
  }

  static async open(): Promise<Receiver> {
    const receiver = new Receiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`; // it listens on TCP
  }

  #count(name: string): void {
    this.changes.set(name, (this.changes.get(name) ?? 0) + 1);
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
