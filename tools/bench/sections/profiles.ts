import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { NO_LIMITS } from '../bench.ts';
import { fixed, measured, table } from '../pages/markdown.ts';
import { bucketsOf, recordProfile } from '../profile.ts';
import type { Section } from '../section.ts';

/** Number of buckets that the table shows of each operation. */
const SHOWN = 9;

const OPERATIONS = ['get', 'list', 'filter', 'create', 'patch'];

/** Shares of the time of the process, by bucket. */
interface ProfileResult {
  operation: string;
  perRequest: number;
  shares: Record<string, number>;
}

/** Records CPU profiles of all operations: where the time of the process goes. */
export const profiles: Section<ProfileResult[]> = {
  plan: { rounds: 1, seconds: 0.8 },

  async measure(bench) {
    const server = await bench.haven('haven', NO_LIMITS);
    await bench.database.fill(server.origin);
    const directory = mkdtempSync(join(tmpdir(), 'haven-profiles-'));
    const found: ProfileResult[] = [];
    for (const operation of [...OPERATIONS, ...OPERATIONS.map((name) => `graphql:${name}`)]) {
      const file = join(directory, 'one.cpuprofile');
      const { perRequest } = await recordProfile(server, operation, bench.plan.seconds, file);
      const shares = [...bucketsOf(file)].map(([bucket, { share }]) => [bucket, share] as const);
      found.push({ operation, perRequest, shares: Object.fromEntries(shares) });
    }
    rmSync(directory, { recursive: true, force: true });
    return found;
  },

  blocks(kept) {
    const rows = kept.result.map(({ operation, perRequest, shares }) => {
      const sorted = Object.entries(shares).sort(([, one], [, other]) => other - one);
      const shown = sorted.slice(0, SHOWN).map(([bucket, share]) => `${bucket} ${fixed(share * 100, 0)} %`);
      const name = operation.startsWith('graphql:') ? operation.replace('graphql:', 'GraphQL ') : `REST ${operation}`;
      return [name, fixed(perRequest, 3), shown.join(', ')];
    });
    return { profiles: `${measured(kept)}\n\n${table(['', 'CPU ms, profiled', 'share of the time'], rows)}` };
  },
};
