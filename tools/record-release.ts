/**
 * Records a release, for the tests that compare later versions with it: copies its OpenAPI document and GraphQL schema
 * to docs/released/, and writes to apps/haven/test/released/ the rows of a database that it has written, and the keys,
 * cursors and requests of its clients.
 * Usage: record-release.ts [--from <checkout>], a built checkout of the release; by default this one
 */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { buildIfNeeded } from './build.ts';
import { root } from './tool.ts';

const { values } = parseArgs({ options: { from: { type: 'string' } } });
if (!(await buildIfNeeded())) process.exit(1);
const { useHaven } = await import('./record-release/activity.ts');
const { dumpRows } = await import('./record-release/dump.ts');
const { Recorder } = await import('./record-release/recorder.ts');
const { World } = await import('./resilience/harness/world.ts');

/** The operator's key. It is a constant, because it is published with the recorded release. */
const OPERATOR_KEY = `hvn_${'0'.repeat(16)}_${'a'.repeat(64)}`;
const SETTINGS = {
  HAVEN_ENV: 'test',
  HAVEN_AUTH_OPEN: 'false',
  HAVEN_OPERATOR_KEY: OPERATOR_KEY,
  HAVEN_AUDIT_CHECKPOINT_INTERVAL: '1s',
};

const checkout = values.from === undefined ? root : resolve(values.from);
const { version } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { version: string };
const released = join(root, 'docs/released');
mkdirSync(released, { recursive: true });
for (const file of ['openapi.json', 'schema.graphql']) cpSync(join(checkout, 'docs', file), join(released, file));

const world = await World.open();
try {
  const postgres = await world.postgres();
  const receiver = await openReceiver();
  world.atEnd(() => receiver.server.close().closeAllConnections());
  const options = { database: postgres.url(), env: SETTINGS };
  const haven = await world.haven('released', options, join(checkout, 'dist/apps/haven/src/cli.js'));
  const client = new Recorder(haven.origin, { operator: OPERATOR_KEY });
  const held = await useHaven(client, receiver);
  await haven.stop();
  const [last] = await postgres.query<{ name: string }>('SELECT name FROM haven.migrations ORDER BY id DESC LIMIT 1');
  const { keys, reads, retries } = client;
  const recorded = { version, migration: last?.name, keys, ...held, retries, reads };
  const target = join(root, 'apps/haven/test/released');
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'clients.json'), `${JSON.stringify(recorded, null, 1)}\n`);
  writeFileSync(join(target, 'rows.sql'), await dumpRows(postgres.url()));
  console.log(`Recorded ${version}: ${reads.length} reads and ${retries.length} retries.`);
} finally {
  await world.close();
}

/** Accepts one delivery; all later ones fail. */
async function openReceiver(): Promise<{ server: Server; origin: string }> {
  let count = 0;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(count++ === 0 ? 204 : 500).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, origin: `http://127.0.0.1:${(server.address() as { port: number }).port}` }; // it listens on TCP
}
