import { NO_LIMITS } from '../bench.ts';
import { startFloor } from '../floors.ts';
import { load } from '../load.ts';
import { cpuPerRequest } from '../measure.ts';
import { measured } from '../pages/markdown.ts';
import { profileTable } from '../pages/profile-tables.ts';
import type { ProfileResult, ServerProfile } from '../pages/profile-tables.ts';
import { CONNECTIONS, profileDuring, requestOf } from '../profile.ts';
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
  const request = requestOf(operation);
  const plan = { connections: CONNECTIONS, seconds };
  await load(server.origin, request, plan);
  const { result: cpu, shares } = await profileDuring(server, () =>
    cpuPerRequest(server, request, CONNECTIONS, seconds * 5),
  );
  let requests = 0;
  const promises = await server.promisesDuring(async () => {
    ({ requests } = await load(server.origin, request, plan));
  });
  return { perRequest: cpu / 1_000, shares, promises: promises / requests };
}
