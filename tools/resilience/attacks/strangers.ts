import { randomBytes } from 'node:crypto';

import { repeat, rest } from './attack.ts';
import type { Attack } from './attack.ts';
import { headOf, held, open, readResponse, send } from './connection.ts';

const IDLE_SOCKETS = 1_000;
const LOGINS_A_SECOND = 200;

/** Attacks without a valid key. */
export const strangers: Attack[] = [
  {
    id: '7a',
    title: '1,000 idle connections without a key, half of them WebSockets',
    run: (target, signal) => {
      let opened = 0;
      return repeat(IDLE_SOCKETS, signal, async () => {
        const isWebSocket = opened++ % 2 === 1;
        const socket = await open(target);
        if (isWebSocket) socket.write(headOf({ ...target, key: '' }, 'GET /graphql', upgrade()));
        readResponse(socket);
        await held(socket, signal);
        await rest(1_000, signal); // a stranger whose connection is closed opens another one
      });
    },
  },
  {
    id: '7b',
    title: '200 failing logins a second',
    run: async (target, signal) => {
      const pending = new Set<Promise<unknown>>();
      while (!signal.aborted) {
        for (let number = 0; number < LOGINS_A_SECOND / 20; number++) {
          const key = `hvn_${randomBytes(8).toString('hex')}_${randomBytes(32).toString('hex')}`;
          const login = send({ ...target, key }, { method: 'GET', path: '/api/v1/collections', signal })
            .catch(() => undefined) // refused
            .finally(() => pending.delete(login));
          pending.add(login);
        }
        await rest(50, signal);
      }
      await Promise.all(pending);
    },
  },
];

function upgrade(): Record<string, string> {
  return {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-protocol': 'graphql-transport-ws',
    'sec-websocket-key': randomBytes(16).toString('base64'),
  };
}
