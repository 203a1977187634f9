import { once } from 'node:events';

import WebSocket from 'ws';

/** How a subscription began: with an event, with errors, or with the end of the connection. */
export interface Beginning {
  type: 'next' | 'error' | 'complete' | 'closed';
  /** The errors, or the event. */
  payload?: any;
  /** The code with which the connection was closed. */
  code?: number;
}

/** Sends subscriptions whose variables are any text, one after the other. Connects again after a lost connection. */
export class SubscriptionProbe {
  private socket: WebSocket | undefined;
  private number = 0;

  constructor(
    private readonly url: string,
    private readonly headers: Record<string, string>,
  ) {}

  async begin(query: string, variables: string): Promise<Beginning> {
    const socket = await this.connected();
    const id = String(++this.number);
    const beginning = new Promise<Beginning>((resolve) => {
      socket.once('close', (code) => resolve({ type: 'closed', code }));
      const listen = (data: WebSocket.RawData): void => {
        const message = JSON.parse((data as Buffer).toString());
        if (message.id !== id) return;
        socket.off('message', listen);
        resolve(message);
      };
      socket.on('message', listen);
    });
    socket.send(
      `{"id":"${id}","type":"subscribe","payload":{"query":${JSON.stringify(query)},"variables":${variables}}}`,
    );
    const begun = await beginning;
    socket.removeAllListeners('close');
    if (begun.type === 'next') socket.send(JSON.stringify({ id, type: 'complete' }));
    return begun;
  }

  close(): void {
    this.socket?.terminate();
  }

  private async connected(): Promise<WebSocket> {
    if (this.socket?.readyState === WebSocket.OPEN) return this.socket;
    const socket = new WebSocket(`${this.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: this.headers,
    });
    socket.on('error', () => undefined);
    await once(socket, 'open');
    const acknowledged = once(socket, 'message');
    socket.send('{"type":"connection_init"}');
    await acknowledged;
    return (this.socket = socket);
  }
}
