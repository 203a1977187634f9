import pg from 'pg';

import type { Haven } from '../support/haven.js';
import { statementsOf } from '../support/statements.js';

/** Number of 8 KiB pages that the statements of a request read, from memory or disk. */
export interface PagesRead {
  /** Pages of the catalog that the planner reads on a new connection. */
  readonly planning: number;
  readonly execution: number;
}

interface Explained {
  Plan: Blocks;
  Planning: Blocks;
}

interface Blocks {
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
}

/**
 * Runs a request, and explains each of its statements about records on new connections, which have cached nothing. If
 * PostgreSQL vacuums the catalog at the same time, the planner reads some pages of it twice. Therefore, of two
 * connections the one counts on which the planner read fewer.
 */
export async function pagesRead(haven: Haven, request: () => Promise<unknown>): Promise<PagesRead> {
  let [planning, execution] = [0, 0];
  for (const { text, values } of await statementsOf(request)) {
    if (!/^\s*(SELECT|WITH)\b[\s\S]*\bhaven\.(live_records|live_documents|live_entries|records)\b/.test(text)) continue;
    const [first, second] = [await explainCold(haven, text, values), await explainCold(haven, text, values)];
    planning += Math.min(pages(first.Planning), pages(second.Planning));
    execution += pages(first.Plan);
  }
  return { planning, execution };
}

/**
 * Explains a statement twice with Haven's role and tenant, and rolls its writes back. Returns the first planning and
 * the second execution, because the first one also compiles functions.
 */
async function explainCold({ address, tenant }: Haven, text: string, values: unknown[]): Promise<Explained> {
  const client = new pg.Client('url' in address ? { connectionString: address.url } : address);
  await client.connect();
  try {
    await client.query(`BEGIN; SET LOCAL ROLE haven_runtime; SET LOCAL jit = off; SET LOCAL haven.tenant = '${tenant}';
      SET LOCAL haven.index_entries = 'written'`);
    const explained: Explained[] = [];
    for (let run = 0; run < 2; run++) {
      await client.query('SAVEPOINT run');
      const { rows } = await client.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, values);
      await client.query('ROLLBACK TO run');
      explained.push(rows[0]['QUERY PLAN'][0]);
    }
    const [first, second] = explained as [Explained, Explained];
    return { Plan: second.Plan, Planning: first.Planning };
  } finally {
    await client.end(); // rolls back
  }
}

function pages(blocks: Blocks): number {
  return blocks['Shared Hit Blocks'] + blocks['Shared Read Blocks'];
}
