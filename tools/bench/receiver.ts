import { createServer } from 'node:http';
import { fork } from 'node:child_process';
import { once } from 'node:events';

/** A receiver of webhooks in a process of its own: it counts what comes, and how long after its change; `/hangs` is never answered. */
export class Receiver {
  #child;

  static async start() {
    const receiver = new Receiver();
    receiver.#child = fork(import.meta.filename);
    const [{ port }] = await once(receiver.#child, 'message');
    receiver.origin = `http://127.0.0.1:${port}`;
    return receiver;
  }

  /** By path: how many, and milliseconds from the change to its arrival. Counting begins anew. */
  async counts() {
    this.#child.send('counts');
    const [counts] = await once(this.#child, 'message');
    return counts;
  }

  async stop() {
    const ended = once(this.#child, 'exit');
    this.#child.kill();
    await ended;
  }
}

/** The change is the end of the body's `data`, of which only the time is wanted. */
const AT = /"time":"([^"]*)"/;

if (process.argv[1] === import.meta.filename) {
  let counts = {};
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('latin1');
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      const mine = (counts[request.url] ??= { count: 0, latencies: [] });
      mine.count++;
      mine.latencies.push(Date.now() - Date.parse(AT.exec(body)?.[1] ?? ''));
      if (request.url !== '/hangs') response.writeHead(204).end();
    });
    request.on('error', () => undefined);
  });
  process.on('message', () => {
    process.send(counts);
    counts = {};
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
}
