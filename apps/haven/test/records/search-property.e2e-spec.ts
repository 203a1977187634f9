import { randomUUID } from 'node:crypto';

import fc from 'fast-check';
import { beforeAll, beforeEach, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import { searchReady } from '../support/search.js';

const haven = startHaven();
const seed = Date.now();
const tenant = randomUUID();

/** Words of which some are the beginnings of others. */
const WORDS = ['a', 'ab', 'abc', 'abd', 'b', 'ba', 'c', 'cab', 'ab1', '1'];

const word = fc.constantFrom(...WORDS);
const cased = word.chain((text) => fc.constantFrom(text, text.toUpperCase()));
const words = fc.array(cased, { maxLength: 6 });
const separator = fc.constantFrom(' ', '-', ', ', '\n', '/', ' … ');

/** A text, as its words and as it is written. */
const text = fc.tuple(words, separator).map(([all, between]) => all.join(between));
const document = fc.record({ title: text, tags: fc.array(text, { maxLength: 2 }), other: text });

interface Term {
  readonly words: string[];
  readonly as: 'word' | 'prefix' | 'phrase';
  readonly excluded: boolean;
}

const term: fc.Arbitrary<Term> = fc.oneof(
  fc.record({ words: fc.tuple(cased), as: fc.constantFrom('word', 'prefix'), excluded: fc.boolean() }),
  fc.record({
    words: fc.array(cased, { minLength: 1, maxLength: 3 }),
    as: fc.constant('phrase'),
    excluded: fc.boolean(),
  }),
) as fc.Arbitrary<Term>;
const search = fc
  .array(term, { minLength: 1, maxLength: 4 })
  .filter((terms) => terms.some(({ excluded }) => !excluded));

const documents = fc.sample(document, { seed, numRuns: 120 });
const searches = fc.sample(search, { seed, numRuns: 100 });

function written({ words: parts, as, excluded }: Term): string {
  const body = as === 'phrase' ? `"${parts.join(' ')}"` : `${parts.join(' ')}${as === 'prefix' ? '*' : ''}`;
  return (excluded ? '-' : '') + body;
}

const wordsOf = (value: string): string[] => value.toLowerCase().match(/[a-z0-9]+/g) ?? [];

/** Whether a document has the words of a term one after another, in one text that is searched. */
function has({ title, tags }: (typeof documents)[number], { words: parts, as }: Term): boolean {
  const wanted = parts.map((part) => part.toLowerCase());
  return [title, ...tags].map(wordsOf).some((found) =>
    found.some((_, place) =>
      wanted.every((part, offset) => {
        const other = found[place + offset];
        return other === part || (as === 'prefix' && other?.startsWith(part));
      }),
    ),
  );
}

beforeAll(async () => {
  haven.tenant = tenant;
  const made = { name: 'texts', search: { paths: ['title', 'tags'] }, indexes: ['n'] };
  await haven.rest('POST', '/collections', made);
  const operations = documents.map((data, n) => ({ op: 'create', collection: 'texts', data: { ...data, n } }));
  expect((await haven.rest('POST', '/batch', { operations })).status).toBe(200);
  await searchReady(haven, 'texts');
});

beforeEach(() => {
  haven.tenant = tenant;
});

it.each([{ sort: 'n' }, { sort: '$score' }, { sort: 'title' }])(
  'finds with $sort what has the words, phrases and prefixes, and not the excluded ones',
  async ({ sort }) => {
    const sizes = new Set<number>();
    for (const terms of searches) {
      const _search = terms.map(written).join(' ');
      const { status, body } = await haven.rest('POST', '/collections/texts/query', {
        ...{ filter: { _search }, sort, limit: 200, fields: 'n', count: 'exact' },
      });
      expect(status, JSON.stringify(body)).toBe(200);
      const expected = documents.flatMap((one, n) =>
        terms.every((part) => has(one, part) !== part.excluded) ? [n] : [],
      );
      const found = body.items.map(({ data }: any) => data.n).toSorted((left: number, right: number) => left - right);
      expect(found, `${_search}, seed ${seed}`).toEqual(expected);
      expect(body.total, _search).toBe(expected.length);
      sizes.add(expected.length);
    }
    expect(sizes.size).toBeGreaterThan(10);
  },
);
