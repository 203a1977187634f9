import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { NO_LIMITS } from '../bench.ts';
import { startFloor } from '../floors.ts';
import { load } from '../load.ts';
import { measured } from '../pages/markdown.ts';
import { profileTable } from '../pages/profile-tables.ts';
import type { ProfileResult, ServerProfile } from '../pages/profile-tables.ts';
import { bucketsOf, recordProfile, requestOf } from '../profile.ts';
import type { Section } from '../section.ts';
import type { ServerProcess } from '../server-process.ts';

const OPERATIONS = ['get', 'list', 'filter', 'create', 'patch'];
const PROFILED = [...OPERATIONS, ...OPERATIONS.map((name) => `graphql:${name}`)];

/** Node compiles hot code for about 20 seconds of load. */
const WARM_UP = { connections: 8, seconds: 3 };

/** Records CPU profiles of all operations, and counts their promises, on Haven and on `plain`, in turn. */
export const profiles: Section<ProfileResult[]> = {
  plan: { rounds: 1, seconds: 0.8 },

  async measure(bench) {
    const haven = await bench.haven('haven', NO_LIMITS);
    await bench.database.fill(haven.origin);
    const { server: plain } = await startFloor(bench, 'plain');
    for (const what of PROFILED) {
      await Promise.all([haven, plain].map(({ origin }) => load(origin, requestOf(what), WARM_UP)));
    }
    const found: ProfileResult[] = [];
    for (const operation of PROFILED) {
      const of = (server: ServerProcess): Promise<ServerProfile> => profileOf(server, operation, bench.plan.seconds);
      found.push({ operation, haven: await of(haven), plain: await of(plain) });
    }
    return found;
  },

  blocks: (kept) => ({ profiles: `${measured(kept)}\n\n${profileTable(kept.result)}` }),
};

async function profileOf(server: ServerProcess, operation: string, seconds: number): Promise<ServerProfile> {
  const directory = mkdtempSync(join(tmpdir(), 'haven-profiles-'));
  const file = join(directory, 'one.cpuprofile');
  const { perRequest } = await recordProfile(server, operation, seconds, file);
  const shares = [...bucketsOf(file)].map(([bucket, { share }]) => [bucket, share] as const);
  rmSync(directory, { recursive: true, force: true });
  let requests = 0;
  const promises = await server.promisesDuring(async () => {
    ({ requests } = await load(server.origin, requestOf(operation), { connections: 16, seconds }));
  });
  return { perRequest, shares: Object.fromEntries(shares), promises: promises / requests };
}
