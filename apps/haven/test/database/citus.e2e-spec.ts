import { readFile } from 'node:fs/promises';

import { beforeAll, describe, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import { statementsOf } from '../support/statements.js';
import type { SentStatement } from '../support/statements.js';

const haven = startHaven();

/** Tables that are distributed by tenant. */
const DISTRIBUTED = [
  'checkpoints',
  'collection_sizes',
  'collections',
  'events',
  'every_entry',
  'every_record',
  'every_search_document',
  'every_value',
  'feed',
  'feed_heads',
  'idempotency_keys',
  'import_lines',
  'imports',
  'index_builds',
  'index_entries',
  'records',
  'response_bytes',
  'search_documents',
  'tenant_activity',
  'unique_entries',
  'webhook_deliveries',
  'webhook_lanes',
  'webhooks',
];

describe('docker/citus.sql', () => {
  beforeAll(async () => {
    await haven.sql(await readFile('apps/haven/test/support/citus.sql', 'utf8'));
  });

  it('distributes every tenant table by tenant_id', async () => {
    await haven.sql(await readFile('docker/citus.sql', 'utf8'));
    const spread = await haven.sql(
      `SELECT relname AS name, how FROM pg_class LEFT JOIN public.spread ON relation = pg_class.oid
       WHERE relnamespace = 'haven'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1`,
    );
    expect(spread.filter(({ how }) => how === null)).toEqual([]);
    expect(spread.filter(({ how }) => how === 'distributed').map(({ name }) => name)).toEqual(DISTRIBUTED);
  });

  it('fails if a constraint does not contain tenant_id', async () => {
    await haven.sql('CREATE TABLE public.stray (tenant_id uuid, id uuid PRIMARY KEY)');
    await expect(haven.sql("SELECT create_distributed_table('public.stray', 'tenant_id')")).rejects.toThrow(
      'cannot distribute stray: stray_pkey does not contain tenant_id',
    );
  });
});

interface Node {
  'Relation Name'?: string;
  'Index Cond'?: string;
  'Recheck Cond'?: string;
  Filter?: string;
  Plans?: Node[];
}

/**
 * Returns the distributed tables that a statement reads without a condition on tenant_id. Row security is bypassed
 * here, because it would add that condition.
 */
async function unfilteredReadsOf({ text, values }: SentStatement): Promise<string[]> {
  if (!/^\s*(SELECT|WITH|INSERT|UPDATE|DELETE|DECLARE)\b/.test(text)) return [];
  const statement = text.replace(/^\s*DECLARE \w+ NO SCROLL CURSOR FOR/, '');
  await haven.sql('BEGIN');
  try {
    await haven.sql("SELECT set_config('haven.tenant', $1, true)", [haven.tenant]);
    const [row] = await haven.sql(`EXPLAIN (FORMAT JSON) ${statement}`, values as unknown[]);
    return nodesOf(row['QUERY PLAN'][0].Plan)
      .filter(isUnfiltered)
      .map((node) => `${node['Relation Name']}: ${text}`);
  } finally {
    await haven.sql('ROLLBACK');
  }
}

function nodesOf(node: Node): Node[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

function isUnfiltered(node: Node): boolean {
  const conditions = [node['Index Cond'], node['Recheck Cond'], node.Filter].join();
  const isRead = node['Relation Name'] !== undefined && DISTRIBUTED.includes(node['Relation Name']);
  return isRead && !('Operation' in node) && !/\btenant_id = /.test(conditions);
}

describe('the statements of requests', () => {
  it('filter by tenant_id wherever they read a distributed table', async () => {
    const id = '0197a000-0000-7000-8000-000000000001';
    const records = '/collections/movies/records';
    const failed: string[] = [];
    let hook = '';
    const statements = await statementsOf(async () => {
      const requests: [string, string, unknown?, Record<string, string>?][] = [
        ['POST', '/collections', { name: 'movies', search: { paths: ['n'] } }],
        ['PUT', `${records}/${id}`, { data: { n: 1 } }],
        ['POST', records, { data: { n: 2 } }, { 'idempotency-key': '"a"' }],
        ['PATCH', `${records}/${id}`, { data: { n: 3 } }],
        ['GET', `${records}/${id}`],
        ['GET', records],
        ['GET', `${records}?count=exact&sort=n&filter=${encodeURIComponent('{"n":{"_gte":2}}')}`],
        ['GET', `${records}/${id}?asOf=NOW`],
        ['GET', `${records}/${id}/history`],
        ['POST', `${records}/${id}/restore`, { version: 1 }],
        ['POST', '/batch', { operations: [{ op: 'create', collection: 'movies', data: { n: 4 } }] }],
        ['GET', '/collections/movies/export'],
        ['GET', '/changes'],
        ['POST', '/webhooks', { url: 'http://127.0.0.1:9/hook' }],
        ['GET', '/webhooks'],
        ['GET', '/webhooks/HOOK'],
        ['PATCH', '/webhooks/HOOK', { description: 'one' }],
        ['POST', '/webhooks/HOOK/test'],
        ['GET', '/webhooks/HOOK/status'],
        ['GET', '/webhooks/HOOK/deliveries'],
        ['DELETE', '/webhooks/HOOK'],
        ['GET', '/usage'],
        ['GET', '/stats'],
        ['GET', '/collections'],
        ['PATCH', '/collections/movies', { history: { keep: 10 } }],
        ['DELETE', `${records}/${id}`],
        ['DELETE', '/collections/movies?cascade=true'],
      ];
      for (const [method, path, body, headers] of requests) {
        const full = path.replace('NOW', new Date().toISOString()).replace('HOOK', hook);
        const { status, body: response } = await haven.rest(method, full, body, headers);
        if (path === '/webhooks' && method === 'POST') hook = response.id;
        if (status >= 400) failed.push(`${status} ${method} ${path}`);
      }
    });
    expect(failed).toEqual([]);
    expect(statements.filter(({ text }) => /haven\./.test(text)).length).toBeGreaterThan(30);
    const unfiltered = new Set<string>();
    for (const statement of statements) for (const read of await unfilteredReadsOf(statement)) unfiltered.add(read);
    expect([...unfiltered]).toEqual([]);
  });

  it('are detected if they do not', async () => {
    expect(
      await unfilteredReadsOf({ text: 'SELECT FROM haven.records WHERE id = $1', values: [haven.tenant] }),
    ).toHaveLength(1);
  });
});
