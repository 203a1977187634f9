import { createCollection, createLiveQueryCollection } from '@tanstack/db';
import { createClient } from 'haven-records';
import { havenCollectionOptions } from 'haven-records/tanstack-db';

import type { Schema, State } from './schema.js';

const client = createClient<Schema>({ url: location.origin });

/** The issues of Haven, for what is not in the local collection: counts and search. */
export const records = client.collection('issues');

/** The issues of Haven, as a local collection. */
export const issues = createCollection(havenCollectionOptions({ client, collection: 'issues' }));

/** All issues, the oldest first. It changes when an issue changes, here or elsewhere. */
export const board = createLiveQueryCollection((query) =>
  query
    .from({ issue: issues })
    .orderBy(({ issue }) => issue.createdAt)
    .orderBy(({ issue }) => issue.id),
);

export type Row = (typeof board.toArray)[number];

export function create(title: string, state: State = 'todo') {
  return issues.insert({ data: { title, state } });
}
