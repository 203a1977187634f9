import { NO_LIMITS } from '../bench.ts';
import { compare } from '../compare.ts';
import type { CellResult } from '../compare.ts';
import { fixed, measured, table } from '../pages/markdown.ts';
import type { Section } from '../section.ts';

const CONNECTIONS = 16;
const OPERATIONS = ['create', 'keyed', 'batch'];

const NAMES: Record<string, string> = {
  create: 'create',
  keyed: 'create with an `Idempotency-Key`',
  batch: 'batch of 100 creates',
};

/**
 * Measures creates with an `Idempotency-Key` and batches of creates, beside single creates. Another process is the
 * leader: otherwise the events of a batch would still be ordered while the next operation is measured.
 */
export const batches: Section<CellResult[]> = {
  plan: { rounds: 5, seconds: 0.6 },

  async measure(bench) {
    await bench.haven('idle');
    const server = await bench.haven('haven', NO_LIMITS);
    await bench.database.fill(server.origin);
    const haven = { server, sessions: { database: 'haven', application: 'haven' }, has: () => true };
    const what = { operations: OPERATIONS, apis: ['rest'] as const, connections: [CONNECTIONS] };
    return compare([haven], bench.database, { ...bench.plan, ...what });
  },

  blocks(kept) {
    const create = kept.result.find(({ operation }) => operation === 'create')?.servers['haven']?.cpu.median ?? NaN;
    const rows = kept.result.map(({ operation, servers: { haven } }) => {
      const ratio = (haven?.cpu.median ?? NaN) / create;
      return [
        `${NAMES[operation]}`,
        ...[fixed(haven?.cpu, 3), fixed(ratio, 2), fixed(haven?.postgresCpu, 3)],
        ...[fixed(haven?.throughput, 0), fixed(haven?.p95, 1)],
      ];
    });
    const header = ['', 'CPU ms', '÷ create', 'PostgreSQL CPU ms', 'requests/s', 'p95 ms'];
    return { batches: `${measured(kept)}\n\n${table(header, rows)}` };
  },
};
