import { ID, Int } from '@nestjs/graphql';

import { DateTime, Expose, Output } from '@haven/api';
import { EVENT_TYPES } from '@haven/kernel';
import { CAUSE, RecordView } from '@haven/records';

import type { Effect } from '../domain/effect.js';
import type { FeedChange } from './change-feed.js';

@Output('Change', 'A change of a record; or, with the type `ready`, only a position in the feed.')
export class ChangeView {
  @Expose('Cursor of the position after this change, for `after` in both APIs.')
  cursor: string;

  @Expose(
    'Type of the change. `ready` is not a change: it reports the position of a stream, as the first event ' +
      'and from time to time when only changes occurred that are not selected.',
    { schema: { enum: [...EVENT_TYPES, 'ready'], example: 'record.updated' } },
  )
  type: string;

  @Expose(
    'Effect on the set of records that match the filter: the record `entered` it, `changed` within it, or `left` it. ' +
      'Without a filter, records enter when they are created and leave when they are deleted.',
    { as: String, nullable: true, schema: { enum: ['entered', 'changed', 'left', null], example: 'changed' } },
  )
  effect: Effect | null;

  @Expose('Name of the collection.', { as: String, nullable: true, schema: { example: 'movies' } })
  collection: string | null;

  @Expose('UUID of the record.', { as: ID, nullable: true, schema: { format: 'uuid' } })
  recordId: string | null;

  @Expose('Version of the record after the change. The versions of a record are in ascending order.', {
    as: Int,
    schema: { minimum: 1 },
    nullable: true,
  })
  version: number | null;

  @Expose('When the record was changed.', { as: DateTime, nullable: true })
  at: string | null;

  @Expose('Who made the change.', { as: String, nullable: true })
  actor: string | null;

  @Expose('W3C trace id of the request that made the change.', { as: String, nullable: true })
  traceId: string | null;

  @Expose(CAUSE, { as: ID, nullable: true, schema: { format: 'uuid' } })
  cause: string | null;

  @Expose('The record after the change; null after a deletion or erasure.', { as: RecordView, nullable: true })
  record: RecordView | null;

  private constructor(cursor: string, type: string, line?: FeedChange, effect: Effect | null = null) {
    this.cursor = cursor;
    this.type = type;
    this.effect = effect;
    this.collection = line?.collection ?? null;
    this.recordId = line?.recordId ?? null;
    this.version = line?.version ?? null;
    this.at = line?.at ?? null;
    this.actor = line?.actor ?? null;
    this.traceId = line?.traceId ?? null;
    this.cause = line?.cause ?? null;
    this.record = line?.after ? new RecordView(line.collection, line.after) : null;
  }

  static ready(cursor: string): ChangeView {
    return new ChangeView(cursor, 'ready');
  }

  static of(line: FeedChange, effect: Effect, cursor: string): ChangeView {
    return new ChangeView(cursor, line.type, line, effect);
  }
}

@Output('ChangePage', 'Changes in the order of the feed, and the cursor to continue from.')
export class ChangePageView {
  @Expose('The changes. A page may have fewer than requested, or none, although there are more.', {
    as: [ChangeView],
  })
  items!: ChangeView[];

  @Expose('Pass it as `after` to get the next changes. It is always present, at the end of the feed too.')
  nextCursor!: string;

  @Expose('Whether there were more changes; if not, request the next page later.')
  hasMore!: boolean;
}
