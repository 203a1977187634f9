import { once } from 'node:events';
import { request } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { connect } from 'node:net';

import type { Haven } from './harness/haven.ts';
import { Follower } from './harness/follower.ts';
import { Load } from './harness/load.ts';
import { outcomes, seconds } from './harness/report.ts';
import type { Report } from './harness/report.ts';
import { pause, until } from './harness/wait.ts';
import type { World } from './harness/world.ts';

/** Maximum time from the last response until the process has ended, in milliseconds. */
const LIMIT_MS = 3_000;

/** Duration of the longest request after the signal, in milliseconds. */
const LONGEST_MS = 4_000;

/**
 * Stops a Haven server while clients use it in every way: writers over kept-alive connections, connections without a
 * request or with a part of one, a stream, and an import that takes a few seconds longer than everything else. Clients
 * replace each connection that is closed for as long as the server accepts new ones.
 */
export async function scenario(world: World, report: Report): Promise<void> {
  const postgres = await world.postgres();
  const haven = await world.haven('one', { database: postgres.url(), env: { HAVEN_SERVER_DRAIN_DELAY: '0s' } });
  const load = new Load([haven.origin], { writers: 32, thinking: 0 });
  await load.start();
  for (let n = 0; n < 100; n++) keepOpen(haven, n % 2 === 0 ? '' : 'GET /livez HTTP/1.1\r\nHost: ');
  const follower = new Follower([haven.origin]);
  world.atEnd(() => follower.stop());
  await until('the stream has begun', () => follower.seen.length > 0);
  const transfer = beginImport(haven);
  transfer.write('{"n":1}\n');
  await pause(2_000);

  const signalled = performance.now();
  const ended = haven.stop();
  await pause(LONGEST_MS);
  transfer.end('{"n":2}\n');
  const [response] = (await once(transfer, 'response')) as [IncomingMessage];
  const responded = performance.now();
  response.resume();
  const code = await ended;
  const took = performance.now() - responded;
  await haven.start(); // the writers repeat what failed
  await load.stop();

  report.promise('the server exits with code 0', code === 0, code);
  report.promise('the longest request is completed', response.statusCode === 200, response.statusCode);
  report.promise('no request is aborted', !haven.log.includes('were aborted'), `${load.attempts.length} requests`);
  report.promise('the log has no INTERNAL', !haven.log.includes('INTERNAL'), outcomes(load.attempts));
  report.figure('from the signal to the last response', seconds(responded - signalled));
  report.promise(`it ends within ${seconds(LIMIT_MS)} of the last response`, took < LIMIT_MS, seconds(took));
}

/** Opens a connection that sends no complete request, and another one whenever it is closed. */
function keepOpen(haven: Haven, head: string): void {
  const socket = connect(haven.port, '127.0.0.1', () => socket.write(head));
  let isRefused = false;
  socket.on('error', ({ code }: NodeJS.ErrnoException) => (isRefused = code === 'ECONNREFUSED'));
  socket.on('close', () => isRefused || keepOpen(haven, head));
}

function beginImport({ origin }: Haven): ClientRequest {
  const headers = { 'content-type': 'application/x-ndjson' };
  return request(`${origin}/api/v1/collections/writes/import`, { method: 'POST', agent: false, headers });
}
