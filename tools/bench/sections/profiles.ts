import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { NO_LIMITS } from '../bench.ts';
import { measured } from '../pages/markdown.ts';
import { profileTable } from '../pages/profile-tables.ts';
import type { ProfileResult } from '../pages/profile-tables.ts';
import { bucketsOf, recordProfile } from '../profile.ts';
import type { Section } from '../section.ts';

const OPERATIONS = ['get', 'list', 'filter', 'create', 'patch'];

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

  blocks: (kept) => ({ profiles: `${measured(kept)}\n\n${profileTable(kept.result)}` }),
};
