import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Passes bytes on to whichever port `target` gives for a connection; as an address that moves with the primary does, or a load balancer. */
export class TcpProxy {
  #sockets = new Set();
  #server;

  static async open(target) {
    const proxy = new TcpProxy();
    proxy.#server = createServer((client) => proxy.#join(client, target()));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    proxy.port = proxy.#server.address().port;
    proxy.origin = `http://127.0.0.1:${proxy.port}`;
    return proxy;
  }

  /** Ends what is open, as the machine that goes takes its connections along. */
  cut() {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close() {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client, port) {
    const server = connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true });
    client.setNoDelay(true);
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ]) {
      this.#sockets.add(socket);
      socket.pipe(other);
      socket.on('error', () => undefined); // one end that breaks ends the other
      socket.once('close', () => {
        this.#sockets.delete(socket);
        other.destroySoon();
      });
    }
  }
}
