import { Attacker, attacks } from './attacks/attacker.ts';
import type { Attack } from './attacks/attack.ts';
import { Observer } from './attacks/observer.ts';
import { createTenants } from './attacks/tenants.ts';
import type { Tenants } from './attacks/tenants.ts';
import { Victim } from './attacks/victim.ts';
import type { Measured } from './attacks/victim.ts';
import type { Haven } from './harness/haven.ts';
import type { Postgres } from './harness/postgres.ts';
import { outcomes } from './harness/report.ts';
import type { Report } from './harness/report.ts';
import { pause, until } from './harness/wait.ts';
import type { World } from './harness/world.ts';

/** Durations of the parts of a measurement, in milliseconds. */
const WARM_UP_MS = 2_000;
const ALONE_MS = 6_000;
const ATTACK_STARTS_MS = 3_000;
const ATTACK_MS = 12_000;

/** The rule: under attack, p95 may be at most this factor of p95 alone, plus the allowance. */
const FACTOR = 2;
const ALLOWANCE_MS = 50;

const MIB = 2 ** 20;
const PRODUCTION = { HAVEN_ENV: 'production', HAVEN_SERVER_DRAIN_DELAY: '0s' };

/** The data is created without rate limits, which would slow down the import. */
const UNLIMITED = {
  HAVEN_RATE_LIMITS_PER_KEY: '0',
  HAVEN_RATE_LIMITS_PER_TENANT: '0',
  HAVEN_RATE_LIMITS_PER_ADDRESS: '0',
};

const COLUMNS = ['attack', 'p95 alone', 'p95 under attack', 'requests', 'failed', '503', 'held', 'peak RSS', 'alive'];

/**
 * Two tenants share a Haven process with the settings of production. The reads of one of them are measured while the
 * other, with one ordinary key, or a stranger without a key, attacks. Each attack runs against a process of its own.
 */
export async function scenario(world: World, report: Report, { only }: { only?: string | undefined }): Promise<void> {
  const selected = select(only);
  const postgres = await world.postgres();
  const database = postgres.url();
  const first = await world.haven('setup', { database, env: { ...PRODUCTION, ...UNLIMITED } });
  const tenants = await createTenants(first);
  await first.stop();
  await postgres.query('VACUUM (ANALYZE) haven.records, haven.events, haven.collections');
  const rows: string[][] = [];
  for (const attack of selected) {
    const haven = await world.haven(attack.id, { database, env: { ...PRODUCTION, ...attack.env } });
    const result = await measure(attack, haven, postgres, tenants);
    console.error(`${attack.id}: ${summary(result)}`); // the report is printed only at the end
    rows.push(rowOf(attack, result));
    report.promise(`${attack.id}: ${attack.title}`, holds(result), summary(result));
    await haven.kill();
    await endSessions(postgres);
  }
  report.table(COLUMNS, rows);
}

interface Result {
  alone: Measured;
  attacked: Measured;
  held: number;
  peak: number;
  /** Whether the process still runs and responds to `/livez` after the attack. */
  alive: boolean;
  /** The outcomes of the attacker's requests. */
  responses: string;
}

function select(only: string | undefined): readonly Attack[] {
  if (only === undefined) return attacks;
  const ids = only.split(',');
  const unknown = ids.filter((id) => !attacks.some((attack) => attack.id === id));
  if (unknown.length === 0) return attacks.filter(({ id }) => ids.includes(id));
  throw new Error(`Unknown attack: ${unknown.join(', ')}. The attacks are: ${attacks.map(({ id }) => id).join(', ')}.`);
}

async function measure(attack: Attack, haven: Haven, postgres: Postgres, tenants: Tenants): Promise<Result> {
  const victim = new Victim(haven.origin, tenants.victim.key, tenants.victim.ids);
  await victim.measure(WARM_UP_MS);
  const alone = await victim.measure(ALONE_MS);
  const observer = new Observer(haven, postgres);
  const attacker = new Attacker(attack.id, { port: haven.port, ...tenants.attacker });
  await pause(ATTACK_STARTS_MS);
  const attacked = await victim.measure(ATTACK_MS);
  const alive = haven.isRunning && (await haven.isLive());
  const responses = await attacker.stop();
  await observer.stop();
  await victim.close();
  return { alone, attacked, held: observer.held, peak: observer.peak, alive, responses };
}

function limitOf({ alone }: Result): number {
  return FACTOR * alone.p95 + ALLOWANCE_MS;
}

function holds(result: Result): boolean {
  const { attacked, alone, alive } = result;
  return alive && attacked.failed.length + alone.failed.length === 0 && attacked.p95 <= limitOf(result);
}

function summary(result: Result): string {
  const { alone, attacked, responses } = result;
  return (
    `p50 ${ms(alone.p50)}, p95 ${ms(alone.p95)} alone; p50 ${ms(attacked.p50)}, p95 ${ms(attacked.p95)} ` +
    `(limit ${ms(limitOf(result))}), max ${ms(attacked.max)} under attack; failed: ${outcomes(attacked.failed)}; ` +
    `responses to the attacker: ${responses}`
  );
}

function rowOf({ id }: Attack, { alone, attacked, held, peak, alive }: Result): string[] {
  const unavailable = attacked.failed.filter(({ status }) => status === 503).length;
  return [
    id,
    ms(alone.p95),
    ms(attacked.p95),
    `${attacked.requests}`,
    `${attacked.failed.length}`,
    `${unavailable}`,
    `${held}`,
    `${Math.round(peak / MIB)} MiB`,
    alive ? 'yes' : '**no**',
  ];
}

/** Ends the statements that a killed Haven process has left, so that they do not disturb the next measurement. */
async function endSessions(postgres: Postgres): Promise<void> {
  const others = "datname = 'haven' AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
  await until('all sessions have ended', async () => {
    const ended = await postgres.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${others}`);
    return ended.length === 0;
  });
}

function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
}
