import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { megabytes, summary } from '../measure.ts';
import type { Summary } from '../measure.ts';
import { fixed, measured, spread, table } from '../pages/markdown.ts';
import type { Section } from '../section.ts';

const TENANTS = 30;
const OPERATOR_KEY = `hvn_${'0'.repeat(16)}_${'1'.repeat(64)}`;

/** Milliseconds until Haven is ready, its CPU in milliseconds, and its resident memory in MiB. */
interface Start {
  row: string;
  ready: Summary;
  cpu: Summary;
  memory: Summary;
}

interface StartsResult {
  starts: Start[];
  /** Milliseconds until a new tenant has stored its first record with its own key. */
  tenants: Summary;
}

/** Measures how long a start takes, and how soon a new tenant can be used. */
export const starts: Section<StartsResult> = {
  plan: { rounds: 3, seconds: 0 },

  async measure(bench) {
    const cache = mkdtempSync(join(tmpdir(), 'haven-compiled-'));
    const first = await bench.haven('first', [`auth.operatorKey=${OPERATOR_KEY}`]); // migrates the database
    const environments = {
      'PostgreSQL runs': {},
      'the same, with `NODE_COMPILE_CACHE`': { NODE_COMPILE_CACHE: cache },
    };
    const found: Start[] = [];
    for (const [row, env] of Object.entries(environments)) {
      const [ready, cpu, memory] = [[] as number[], [] as number[], [] as number[]];
      for (let round = 0; round <= bench.plan.rounds; round++) {
        const started = performance.now();
        const server = await bench.haven('started', [], { env });
        const took = performance.now() - started;
        const usage = await server.usage();
        await server.stop();
        if (round === 0) continue; // fills the caches
        ready.push(took);
        cpu.push(usage.cpu / 1_000);
        memory.push(usage.rss / 2 ** 20);
      }
      found.push({ row, ready: summary(ready), cpu: summary(cpu), memory: summary(memory) });
    }
    rmSync(cache, { recursive: true, force: true });
    const tenants: number[] = [];
    for (let number = 0; number < TENANTS; number++) tenants.push(await newTenant(first.origin, `tenant ${number}`));
    return { starts: found, tenants: summary(tenants) };
  },

  blocks(kept) {
    const { starts: found, tenants } = kept.result;
    const rows = found.map(({ row, ready, cpu, memory }) => [
      row,
      ...[spread(ready, 0), fixed(cpu, 0), fixed(megabytes(memory), 0)],
    ]);
    const header = ['', 'ready after, ms', 'CPU ms', 'resident memory when ready, MB'];
    const text =
      `A new tenant is usable after ${fixed(tenants, 0)} ms (median of ${TENANTS} tenants; at most ` +
      `${fixed(tenants.max, 0)} ms): the time to create the tenant, a key for it and a collection, and to store a ` +
      `record with that key, one request after the other.`;
    return { starts: `${measured(kept)}\n\n${table(header, rows)}\n\n${text}` };
  },
};

async function newTenant(origin: string, name: string): Promise<number> {
  const started = performance.now();
  const { id } = await post(origin, OPERATOR_KEY, '/tenants', { name });
  const scopes = ['records:read', 'records:write', 'collections:write'];
  const { token } = await post(origin, OPERATOR_KEY, '/api-keys', { name, scopes, tenant: id });
  await post(origin, token, '/collections', { name: 'films' });
  await post(origin, token, '/collections/films/records', { data: { title: 'Alien' } });
  return performance.now() - started;
}

async function post(origin: string, key: string, path: string, body: object): Promise<{ id: string; token: string }> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const response = await fetch(`${origin}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()) as { id: string; token: string }; // only a created key has a token
}
