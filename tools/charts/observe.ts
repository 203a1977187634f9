import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { root } from '../tool.ts';
import type { Period } from './dashboard.ts';

const PORT = 19_090;
const SECONDS = 120;

/**
 * Starts Prometheus, lets it observe a Haven under load for two minutes, and calls `use` with its URL and the period.
 */
export async function observe(
  haven: string,
  use: (prometheus: string, period: Period) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'haven-observed-'));
  const config = {
    global: { scrape_interval: '2s', evaluation_interval: '2s' },
    rule_files: [join(root, 'docker/observability/rules.yml')],
    scrape_configs: [{ job_name: 'haven', static_configs: [{ targets: [new URL(haven).host] }] }],
  };
  writeFileSync(join(directory, 'prometheus.yml'), JSON.stringify(config)); // JSON is YAML
  const server = spawn(
    'prometheus',
    [
      `--config.file=${directory}/prometheus.yml`,
      `--storage.tsdb.path=${directory}/data`,
      `--web.listen-address=127.0.0.1:${PORT}`,
    ],
    { stdio: 'ignore' },
  );
  const ended = once(server, 'exit');
  try {
    const from = Date.now() / 1_000;
    await load(haven, Date.now() + SECONDS * 1_000);
    await use(`http://127.0.0.1:${PORT}`, { from: from + 20, to: Date.now() / 1_000 });
  } finally {
    server.kill('SIGKILL'); // its data is deleted anyway
    await ended;
    rmSync(directory, { recursive: true });
  }
}

/** Sends requests of several kinds until `end`: waves of more and of fewer clients, so that the charts have a shape. */
async function load(haven: string, end: number): Promise<void> {
  const send = async (method: string, path: string, body?: object, type = 'application/json'): Promise<unknown> => {
    const content = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': type } };
    const response = await fetch(`${haven}${path}`, { method, ...content });
    return response.status === 204 ? undefined : response.json();
  };
  const records = '/api/v1/collections/loaded/records';
  await send('PUT', '/api/v1/collections/loaded', { indexes: [{ path: 'n' }] });
  const client = async (number: number): Promise<void> => {
    for (let n = 0; Date.now() < end; n += 1) {
      const wave = (Math.sin(Date.now() / 12_000) + 1) / 2;
      if (number > 1 + wave * 4) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        continue;
      }
      const { id } = (await send('POST', records, { data: { n, text: 'x'.repeat(200) } })) as { id: string };
      for (let read = 0; read < 4; read += 1) await send('GET', `${records}/${id}`);
      await send('PATCH', `${records}/${id}`, { data: { n: n + 1 } });
      await send('POST', '/api/v1/collections/loaded/query', { filter: { n: { _gt: n - 5, _lt: n + 5 } } });
      await send('POST', '/graphql', {
        query: '{ records(collection: "loaded", first: 5) { edges { node { id } } } }',
      });
      if (n % 20 === 0) await send('GET', `${records}/${crypto.randomUUID()}`); // 404
    }
  };
  await Promise.all([1, 2, 3, 4, 5].map(client));
}
