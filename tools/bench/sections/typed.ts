import { UNREACHED } from '../bench.ts';
import { load } from '../load.ts';
import type { LoadRequest } from '../load.ts';
import { summary } from '../measure.ts';
import type { Summary } from '../measure.ts';
import { fixed, measured, spread, table } from '../pages/markdown.ts';
import type { Section } from '../section.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const RECORDS = 20;

/** Members of a record, three of each type: their schemas, and a value for a number. */
const TYPES: readonly [schema: object, valueOf: (number: number) => unknown][] = [
  [{ type: 'string' }, (number) => `A sentence of the usual length, number ${number}`],
  [{ type: 'integer', minimum: 0, maximum: 1_000_000 }, (number) => number * 17],
  [{ type: 'number' }, (number) => number + 0.25],
  [{ type: 'boolean' }, (number) => number % 2 === 0],
  [{ type: 'string', format: 'date-time' }, (number) => `2026-11-${10 + (number % 20)}T09:30:00.000Z`],
];
const MEMBERS = Array.from({ length: 15 }, (_, index) => ({ name: `member${index}`, type: TYPES[index % 5] }));

const NAMES = MEMBERS.map(({ name }) => name).join(' ');
const RELATION = `parent { ${NAMES} }`;

/** Documents that read the same page of 20 records with 15 members. */
const DOCUMENTS = {
  generic: '{ records(collection: "entries", first: 20) { edges { node { data } } } }',
  typed: `{ entries(first: 20) { edges { node { ${NAMES} } } } }`,
  'typed, three members': '{ entries(first: 20) { edges { node { member0 member1 member2 } } } }',
  'generic, expanded':
    '{ records(collection: "entries", first: 20, expand: ["parent"]) { edges { node { data expanded } } } }',
  'typed, with a relation': `{ entries(first: 20) { edges { node { ${NAMES} ${RELATION} } } } }`,
};

/** CPU in microseconds per page, and its ratio to that of the generic field. */
interface TypedResult {
  row: string;
  cpu: Summary;
  ratio: Summary;
}

/**
 * Measures the CPU of typed pages against that of the generic field, one after another in every round, so that
 * variations in the speed of the machine affect all of them alike.
 */
export const typed: Section<TypedResult[]> = {
  plan: { rounds: 5, seconds: 0.6 },

  async measure(bench) {
    const server = await bench.haven('haven', UNREACHED);
    await fill(server.origin);
    const costs = Object.fromEntries(Object.keys(DOCUMENTS).map((name) => [name, [] as number[]]));
    for (let round = -WARM_UP_ROUNDS; round < bench.plan.rounds; round++) {
      for (const [name, query] of Object.entries(DOCUMENTS)) {
        const before = await server.usage();
        const plan = { connections: 16, seconds: bench.plan.seconds };
        const { requests } = await load(server.origin, () => post('/graphql', { query }), plan);
        const after = await server.usage();
        if (round >= 0) costs[name]?.push((after.cpu - before.cpu) / requests);
      }
    }
    return Object.entries(costs).map(([row, own]) => {
      const against = costs[row.includes('relation') ? 'generic, expanded' : 'generic'] ?? [];
      return { row, cpu: summary(own), ratio: summary(own.map((cost, round) => cost / (against[round] ?? NaN))) };
    });
  },

  blocks(kept) {
    const rows = kept.result.map(({ row, cpu, ratio }) => [row, fixed(cpu, 0), spread(ratio, 2)]);
    return { typed: `${measured(kept)}\n\n${table(['', 'µs of CPU per page', 'ratio to the generic field'], rows)}` };
  },
};

/** Rounds that only warm up: Node compiles code for about 20 seconds of load. */
const WARM_UP_ROUNDS = 3;

/** Creates a page of records of which each names the one before it. */
async function fill(origin: string): Promise<void> {
  const properties = Object.fromEntries(MEMBERS.map(({ name, type }) => [name, type?.[0]]));
  const parent = { type: 'string', 'x-haven-ref': { collection: 'entries' } };
  await send(origin, '/collections', { name: 'entries', schema: { properties: { ...properties, parent } } });
  let last: string | undefined;
  for (let number = 0; number < RECORDS; number++) {
    const data = Object.fromEntries(MEMBERS.map(({ name, type }) => [name, type?.[1](number)]));
    const { id } = await send(origin, '/collections/entries/records', {
      data: { ...data, ...(last && { parent: last }) },
    });
    last = id;
  }
  for (const query of Object.values(DOCUMENTS)) {
    const response = await fetch(`${origin}/graphql`, post('/graphql', { query }));
    const { errors } = (await response.json()) as { errors?: unknown };
    if (errors !== undefined) throw new Error(`${query}: ${JSON.stringify(errors)}`);
  }
}

function post(path: string, input: object): LoadRequest {
  return { method: 'POST', path, headers: JSON_TYPE, body: JSON.stringify(input) };
}

async function send(origin: string, path: string, input: object): Promise<{ id: string }> {
  const { path: url, ...request } = post(`/api/v1${path}`, input);
  const response = await fetch(`${origin}${url}`, request);
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()) as { id: string };
}
