import pg from 'pg';
import { prepareValue } from 'pg/lib/utils.js';

import type { Haven } from '../support/haven.js';
import { statementsOf } from '../support/statements.js';
import type { SentStatement } from '../support/statements.js';

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: Node[];
}

/** The cost of a request in the database. */
export interface Cost {
  /** Number of rows of records and events that were read. */
  read: number;
  /** Number of index entries that were read. */
  entries: number;
  /** Number of 8 KiB pages of tables and indexes that were read, from memory or disk. */
  buffers: number;
  /** Number of rows that were sorted. */
  sorted: number;
  /** Indexes that were used. */
  indexes: string[];
  /** Tables with a sequential scan. */
  scanned: string[];
}

/** Runs a request, and explains its statements on records, events and collections with their parameters. */
export async function costOf(haven: Haven, request: () => Promise<unknown>): Promise<Cost> {
  const statements = (await statementsOf(request)).filter(isAboutRows);
  const nodes: Node[] = [];
  let buffers = 0;
  for (const statement of statements) {
    const root = await explain(haven, statement);
    buffers += root['Shared Hit Blocks'] + root['Shared Read Blocks'];
    nodes.push(...flat(root));
  }
  const reads = nodes.filter((node) => node['Relation Name'] === 'records' || node['Relation Name'] === 'events');
  const scans = nodes.filter((node) => node['Node Type'] === 'Seq Scan');
  return {
    read: sum(reads.map(rowsRead)),
    entries: sum(nodes.filter((node) => node['Relation Name'] === 'index_entries').map(rowsRead)),
    buffers,
    sorted: sum(nodes.filter(isSort).map((node) => sum((node.Plans ?? []).map(rowsOut)))),
    indexes: [...new Set(nodes.flatMap((node) => node['Index Name'] ?? []))],
    scanned: scans.map((node) => String(node['Relation Name'])),
  };
}

function isAboutRows({ text }: SentStatement): boolean {
  return (
    /^\s*(SELECT|WITH|DECLARE)\b/.test(text) &&
    /\b(live_records|live_documents|live_entries|records|events|collections)\b/.test(text)
  );
}

/** Explains a statement with Haven's role and tenant, and rolls its writes back. */
async function explain(haven: Haven, { text, values, hasFixedPlan }: SentStatement): Promise<Node> {
  await haven.sql('BEGIN');
  try {
    await haven.sql('SET LOCAL ROLE haven_runtime');
    await haven.sql('SET LOCAL jit = off');
    await haven.sql("SELECT set_config('haven.tenant', $1, true)", [haven.tenant]);
    const explained = hasFixedPlan ? await prepare(haven, text, values) : text;
    const explain = `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${explained}`;
    const [row] = await haven.sql(explain, hasFixedPlan ? [] : values);
    return row['QUERY PLAN'][0].Plan;
  } finally {
    await haven.sql('ROLLBACK');
  }
}

/** Prepares a statement as Haven does, with a plan for all values. Returns the text to execute it. */
async function prepare(haven: Haven, text: string, values: unknown[]): Promise<string> {
  await haven.sql('SET LOCAL plan_cache_mode = force_generic_plan');
  await haven.sql('SET LOCAL enable_seqscan = off');
  await haven.sql('DEALLOCATE ALL');
  await haven.sql(`PREPARE explained AS ${text}`);
  return `EXECUTE explained (${values.map(literal).join(', ')})`;
}

function literal(value: unknown): string {
  const text: unknown = prepareValue(value); // as the driver sends it
  if (Buffer.isBuffer(text)) return `'\\x${text.toString('hex')}'`;
  return text === null ? 'NULL' : pg.escapeLiteral(text as string); // the driver sends nothing else
}

/** Returns the nodes that were executed. */
function flat(node: Node): Node[] {
  return node['Actual Loops'] === 0 ? [] : [node, ...(node.Plans ?? []).flatMap(flat)];
}

function rowsOut(node: Node): number {
  return node['Actual Rows'] * node['Actual Loops'];
}

function rowsRead(node: Node): number {
  const dropped = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  return Math.round(rowsOut(node) + dropped * node['Actual Loops']);
}

function isSort(node: Node): boolean {
  return node['Node Type'].endsWith('Sort');
}

function sum(numbers: number[]): number {
  return Math.round(numbers.reduce((total, one) => total + one, 0));
}
