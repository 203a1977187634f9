import { afterAll, beforeAll, expect, it } from 'vitest';

import { at, haven } from '../support/process.js';
import { RacingClients } from '../support/racing-clients.js';

const PAIRS = 10_000;
const RULES = ['restrict', 'setNull', 'cascade'] as const;
const TIMEOUT_MS = 600_000;

let clients: RacingClients;

beforeAll(async () => {
  clients = await RacingClients.start();
  await declare('targets', {});
  for (const rule of RULES) {
    const link = { type: ['string', 'null'], 'x-haven-ref': { collection: 'targets', onDelete: rule } };
    await declare(rule.toLowerCase(), {
      link,
      links: { type: 'array', items: { type: 'string', 'x-haven-ref': { collection: 'targets', onDelete: rule } } },
    });
  }
});

afterAll(() => clients.stop());

async function declare(name: string, properties: object): Promise<void> {
  const { status } = await clients.send(0, 'PUT', `/collections/${name}`, { schema: { type: 'object', properties } });
  expect(status).toBe(201);
}

/** All in one test: processes are ended after each test. */
it(
  'never leaves a link to a deleted record, and lets records link to one that is being patched',
  async () => {
    await linkAndDelete();
    await linkAndPatch();
  },
  TIMEOUT_MS,
);

/** Each pair creates a target, and then links to it and deletes it at the same time. */
async function linkAndDelete(): Promise<void> {
  const counts: Record<string, number> = {};
  const from = performance.now();
  await clients.race(PAIRS, async (client, n) => {
    const { body: target } = await clients.send(client, 'POST', `/collections/targets/records`, { data: { n } });
    const rule = RULES[n % RULES.length] ?? 'restrict';
    const data = n % 2 === 0 ? { link: target.id } : { links: [target.id] };
    const records = `/collections/${rule.toLowerCase()}/records`;
    const [linked, deleted] = await Promise.all([
      clients.send(client + 1, 'POST', records, { data }),
      clients.send(client, 'DELETE', `/collections/targets/records/${target.id}`),
    ]);
    const outcome = `${rule} ${linked.status} ${deleted.status}`;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  });
  const seconds = (performance.now() - from) / 1_000;
  console.log(`${PAIRS} racing pairs in ${Math.round(seconds)} s: ${JSON.stringify(counts)}`);
  const possible = RULES.flatMap((rule) => [
    `${rule} 422 204`,
    rule === 'restrict' ? 'restrict 201 409' : `${rule} 201 204`,
  ]);
  expect(Object.keys(counts).filter((outcome) => !possible.includes(outcome))).toEqual([]);
  expect(await danglingLinks()).toEqual([]);
  const { code, stdout } = await haven(['verify'], at(clients.database.address)).ended;
  expect(code, stdout).toBe(0);
}

/** Eight clients link to one record while it is patched; every request succeeds. */
async function linkAndPatch(): Promise<void> {
  const { body: target } = await clients.send(0, 'POST', `/collections/targets/records`, { data: { n: 0 } });
  const statuses = new Set<number>();
  await clients.race(1_600, async (client, n) => {
    const { status } =
      client === 0
        ? await clients.send(client, 'PATCH', `/collections/targets/records/${target.id}`, { data: { n } })
        : await clients.send(client, 'POST', `/collections/restrict/records`, { data: { link: target.id } });
    statuses.add(status);
  });
  expect([...statuses].toSorted()).toEqual([200, 201]);
}

/** Returns the links of live records that lead to no live record. */
const danglingLinks = async () =>
  (
    await clients.database.owner.query(`
SELECT r.id, link FROM haven.records AS r
CROSS JOIN LATERAL (
  SELECT r.data ->> 'link' AS link UNION ALL SELECT * FROM jsonb_array_elements_text(coalesce(r.data -> 'links', '[]'))
) AS l
WHERE r.data IS NOT NULL AND link IS NOT NULL
  AND NOT EXISTS (SELECT FROM haven.records AS t WHERE t.id = link::uuid AND t.data IS NOT NULL)`)
  ).rows;
