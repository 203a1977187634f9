import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { vi } from 'vitest';
import { parse, stringify } from 'yaml';

import { freePort } from './redis.js';

/** A Prometheus server for a single test. */
export interface PrometheusServer {
  /** Returns the values of all series of an expression. */
  query(expression: string): Promise<number[]>;

  stop(): Promise<void>;
}

/** Starts Prometheus with the configuration and the rules in `directory`, but scrapes only `target`, every second. */
export async function startPrometheus(directory: string, target: string): Promise<PrometheusServer> {
  const own = await mkdtemp(join(tmpdir(), 'haven-prometheus-'));
  const port = await freePort();
  const { rule_files, scrape_configs } = parse(await readFile(join(directory, 'prometheus.yml'), 'utf8'));
  const [{ job_name }] = scrape_configs;
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: rule_files.map((file: string) => resolve(directory, file)),
    scrape_configs: [{ job_name, static_configs: [{ targets: [target] }] }],
  };
  await writeFile(join(own, 'prometheus.yml'), stringify(config));
  const server = spawn(
    'prometheus',
    [
      `--config.file=${own}/prometheus.yml`,
      `--storage.tsdb.path=${own}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  server.stderr.on('data', (chunk) => (log = (log + chunk).slice(-10_000)));
  const ended = once(server, 'exit');
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    server.kill('SIGKILL'); // its data is deleted anyway
    await ended;
    await rm(own, { recursive: true });
  };
  try {
    await vi.waitFor(
      async () => {
        if (!(await fetch(`${url}/-/ready`)).ok) throw new Error('Prometheus is not ready.');
      },
      { timeout: 60_000 },
    );
  } catch (error) {
    await stop();
    throw new Error(log, { cause: error });
  }
  return {
    query: async (expression) => {
      const response = await fetch(`${url}/api/v1/query`, {
        method: 'POST',
        body: new URLSearchParams({ query: expression }),
      });
      const { data, error } = (await response.json()) as {
        data?: { result: { value: [number, string] }[] };
        error?: string;
      };
      if (!data) throw new Error(`${error}: ${expression}`);
      return data.result.map(({ value: [, value] }) => Number(value));
    },
    stop,
  };
}
