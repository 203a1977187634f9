import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { expect, it } from 'vitest';

import { readAgain, readCollectionAgain } from './records-changed.js';

const count = (collection: string) => ['records', collection, 'count', {}, null];
const list = ['records', 'films', 'list', {}];

it('removes the counts that the user has asked for, and keeps the lists until they are read again', async () => {
  const queries = new QueryClient();
  for (const collection of ['films', 'people']) queries.setQueryData(count(collection), 3);
  queries.setQueryData(list, []);
  const seen: unknown[] = [];
  const observer = new QueryObserver(queries, { queryKey: count('films'), queryFn: () => 4, enabled: false });
  const stop = observer.subscribe(({ data }) => seen.push(data));
  await readCollectionAgain(queries, 'films');
  stop();
  expect(seen.at(-1)).toBeUndefined();
  expect(queries.getQueryData(count('films'))).toBeUndefined();
  expect(queries.getQueryData(count('people'))).toBe(3);
  expect(queries.getQueryState(list)).toMatchObject({ data: [], isInvalidated: true });
  await readAgain(queries);
  expect(queries.getQueryData(count('people'))).toBeUndefined();
});
