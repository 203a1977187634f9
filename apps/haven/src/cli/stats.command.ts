import type { Command } from 'commander';

import { adminCommand, request } from './admin.js';
import type { AdminFlags } from './admin.js';
import { tableOf } from './table.js';
import { tenantIdOf } from './tenants.commands.js';

interface Latency {
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

interface Statuses {
  success: number;
  redirect: number;
  clientError: number;
  serverError: number;
  aborted: number;
}

interface Stats {
  storage: {
    collections: number;
    records: number;
    bytes: number;
    largest: { tenant: string; name: string; records: number; bytes: number }[];
  };
  requests: {
    count: number;
    byApi: Record<string, number>;
    byStatus: Statuses;
    latencyMs: Latency;
    errors: { code: string; count: number }[];
    operations: { api: string; name: string; requests: number; totalMs: number }[];
  } | null;
  feed: { entered: number; lagMs: Latency; waiting: number } | null;
  webhooks: {
    active: number;
    disabled: number;
    lag: number;
    pending: number;
    dead: number;
    attempts: number;
    failures: number;
  } | null;
}

interface StatsFlags extends AdminFlags {
  tenant?: string;
  all?: true;
}

type TableRow = Record<string, string>;

const EXAMPLES = `
Requests, changes and attempts are those of the last hour. The key in HAVEN_KEY needs the scope stats:read.

Examples:
  haven stats
  haven stats --tenant Acme
  haven stats --all
`;

/** `haven stats` */
export function statsCommand(): Command {
  return adminCommand('stats', 'show what is stored, and the requests, errors and latency of the last hour')
    .option('--tenant <tenant>', 'id or name of the tenant, for operators; defaults to the own one')
    .option('--all', 'all tenants together, for operators')
    .addHelpText('after', EXAMPLES)
    .action(showStats);
}

async function showStats(flags: StatsFlags): Promise<void> {
  const tenant = flags.all ? 'all' : flags.tenant && (await tenantIdOf(flags, flags.tenant));
  const path = tenant === undefined ? 'stats' : `stats?tenant=${encodeURIComponent(tenant)}`;
  const stats = await request<Stats>(flags, 'GET', path);
  process.stdout.write(flags.json ? `${JSON.stringify(stats, null, 2)}\n` : textOf(stats, flags));
}

/** Returns the overview as tables; what the key may not see is left out. */
function textOf({ storage, requests, feed, webhooks }: Stats, { all }: StatsFlags): string {
  const { largest, ...totals } = storage;
  const collections = largest.map(({ tenant, ...each }) => textsOf({ ...(all && { tenant }), ...each }));
  const tables: TableRow[][] = [[textsOf(totals)], collections];
  if (requests) {
    const { count, byApi, byStatus, latencyMs, errors, operations } = requests;
    tables.push(
      [textsOf({ requests: count, ...byApi, ...latencyOf(latencyMs) })],
      [textsOf(statusesOf(byStatus))],
      errors.map(({ code, count: times }) => textsOf({ error: code, count: times })),
      operations.map(({ api, name, requests: calls, totalMs }) =>
        textsOf({ api, operation: name, requests: calls, total: duration(totalMs), mean: duration(totalMs / calls) }),
      ),
    );
  }
  if (feed) {
    const { entered, waiting, lagMs } = feed;
    tables.push([textsOf({ changes: entered, waiting, ...latencyOf(lagMs) })]);
  }
  if (webhooks) {
    const { active, disabled, lag, pending, dead, attempts, failures } = webhooks;
    tables.push([textsOf({ webhooks: active, disabled, lag, pending, dead, attempts, failures })]);
  }
  return tables
    .filter((rows) => rows.length > 0)
    .map((rows) => tableOf(rows))
    .join('\n');
}

function statusesOf({ success, redirect, clientError, serverError, aborted }: Statuses): Record<string, number> {
  return { '2xx': success, '3xx': redirect, '4xx': clientError, '5xx': serverError, aborted };
}

function textsOf(values: Record<string, string | number>): TableRow {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

function latencyOf({ p50, p95, p99 }: Latency): TableRow {
  return { p50: duration(p50), p95: duration(p95), p99: duration(p99) };
}

/** Formats a number of milliseconds with three digits; `-` if there is none. */
function duration(milliseconds: number | null): string {
  return milliseconds === null ? '-' : `${Number(milliseconds.toPrecision(3))} ms`;
}
