import { ID, Int } from '@nestjs/graphql';

import { DateTime, Expose, Output } from '@haven/api';
import { EVENT_TYPES } from '@haven/kernel';
import { RecordView } from '@haven/records';

import type { Effect } from '../domain/effect.js';
import type { FeedLine } from './change-feed.js';

/** A change of a record, as both doors show it. */
@Output('Change', 'A change of a record; or, of type `ready`, the mere position of whoever follows the changes.')
export class ChangeView {
  @Expose('The position behind this change: go on from it with `after`, on either door.')
  cursor: string;

  @Expose(
    'What happened. `ready` is the position from which a stream follows: its first event, and now and then a later one when only other changes went by.',
    { schema: { enum: [...EVENT_TYPES, 'ready'], example: 'record.updated' } },
  )
  type: string;

  @Expose(
    'What that means to the filter: the record `entered` what it matches, `changed` within, or `left`. Without a filter, records enter when they are made and leave when they are deleted.',
    { as: String, nullable: true, schema: { enum: ['entered', 'changed', 'left', null], example: 'changed' } },
  )
  effect: Effect | null;

  @Expose('Name of the collection.', { as: String, nullable: true, schema: { example: 'movies' } })
  collection: string | null;

  @Expose('UUID of the record.', { as: ID, nullable: true, schema: { format: 'uuid' } })
  recordId: string | null;

  @Expose('The version the change made. Those of one record come in their order.', { as: Int, nullable: true })
  version: number | null;

  @Expose('When.', { as: DateTime, nullable: true })
  at: string | null;

  @Expose('Who did it.', { as: String, nullable: true })
  actor: string | null;

  @Expose('W3C trace id of the request that did it.', { as: String, nullable: true })
  traceId: string | null;

  @Expose('The record after the change; null after a deletion or erasure.', { as: RecordView, nullable: true })
  record: RecordView | null;

  private constructor(cursor: string, type: string, line?: FeedLine, effect: Effect | null = null) {
    this.cursor = cursor;
    this.type = type;
    this.effect = effect;
    this.collection = line?.collection ?? null;
    this.recordId = line?.recordId ?? null;
    this.version = line?.version ?? null;
    this.at = line?.at ?? null;
    this.actor = line?.actor ?? null;
    this.traceId = line?.traceId ?? null;
    this.record = line?.after ? new RecordView(line.collection, line.after) : null;
  }

  static ready(cursor: string): ChangeView {
    return new ChangeView(cursor, 'ready');
  }

  static of(line: FeedLine, effect: Effect, cursor: string): ChangeView {
    return new ChangeView(cursor, line.type, line, effect);
  }
}

/** Some changes, and where to go on. */
@Output('ChangePage', 'Changes in their order, and the cursor to go on from.')
export class ChangePageView {
  @Expose('The changes; a page may have fewer than asked for, and none, although there are more.', {
    as: [ChangeView],
  })
  items!: ChangeView[];

  @Expose('Pass as `after` for what follows; always there, at the end too.')
  nextCursor!: string;

  @Expose('Whether there was more when this was read; if not, ask again later.')
  hasMore!: boolean;
}
