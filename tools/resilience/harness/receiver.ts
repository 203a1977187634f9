import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** A receiver of webhooks that knows which changes came. */
export class Receiver {
  /** How often each came, by record and version. */
  changes = new Map();
  #server;

  static async open() {
    const receiver = new Receiver();
    receiver.#server = createServer(async (request, response) => {
      const { data } = JSON.parse(await text(request).catch(() => '{}'));
      if (data) receiver.#count(`${data.recordId} ${data.version}`);
      response.writeHead(204).end();
    });
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    receiver.url = `http://127.0.0.1:${receiver.#server.address().port}/`;
    return receiver;
  }

  #count(name) {
    this.changes.set(name, (this.changes.get(name) ?? 0) + 1);
  }

  async close() {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
