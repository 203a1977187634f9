import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/**
 * Forwards each connection to the port that `target` returns at that time, like a load balancer or an address that
 * moves with the primary.
 */
export class TcpProxy {
  readonly #sockets = new Set<Socket>();
  readonly #silencers = new Set<(silent: boolean) => void>();
  #isSilent = false;
  readonly #server: Server;

  private constructor(target: () => number) {
    this.#server = createServer((client) => this.#join(client, target()));
  }

  static async open(target: () => number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port; // it listens on TCP
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Ends all open connections, as if the target machine had disappeared. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** From now on, open and new connections stay open, but nothing is forwarded: the network drops all packets. */
  silence(): void {
    this.#isSilent = true;
    this.silenceOpenConnections();
  }

  /** Drops all packets of the open connections, like a firewall that has lost its table. New connections work. */
  silenceOpenConnections(): void {
    for (const setSilent of this.#silencers) setSilent(true);
  }

  /** Ends the silence. What was sent in the meantime is forwarded, as if it were sent again. */
  resume(): void {
    this.#isSilent = false;
    for (const setSilent of this.#silencers) setSilent(false);
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket, port: number): void {
    const server = connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true });
    client.setNoDelay(true);
    const pairs: [Socket, Socket][] = [
      [client, server],
      [server, client],
    ];
    const setSilent = (silent: boolean): void => {
      for (const [socket, other] of pairs) {
        if (silent) socket.unpipe(other).pause();
        else socket.pipe(other);
      }
    };
    this.#silencers.add(setSilent);
    client.once('close', () => this.#silencers.delete(setSilent));
    setSilent(this.#isSilent);
    for (const [socket, other] of pairs) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined); // `close` follows and ends the other side
      socket.once('close', () => {
        this.#sockets.delete(socket);
        other.destroySoon();
      });
    }
  }
}
