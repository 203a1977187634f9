import { Injectable } from '@nestjs/common';

import { FeedCursors } from '@haven/events';
import type { Caller } from '@haven/kernel';
import type { Filter } from '@haven/query';

import { ChangeFeed } from './change-feed.js';
import type { FeedLine } from './change-feed.js';
import type { ChangeView } from './changes.contract.js';
import { ChangeSelection } from './selection.js';
import { CoalescingFeedReader } from './coalescing-feed-reader.js';

/** A change, and its number in the tenant's feed. */
export interface NumberedChange {
  readonly seq: number;
  readonly change: ChangeView;
}

/** Changes in their order; `position` is behind the last of them, or at the end of the feed if there are no more. */
export interface ChangeBatch {
  readonly changes: readonly NumberedChange[];
  readonly position: number;
  readonly more: boolean;
}

/** The feed for what passes it on in the background: by numbers, which it can store and compare, instead of cursors. */
@Injectable()
export class ChangesReader {
  constructor(
    private readonly feed: ChangeFeed,
    private readonly shared: CoalescingFeedReader,
    private readonly cursors: FeedCursors,
  ) {}

  /** Which changes are meant; without collections all, without a filter all of those. */
  select(caller: Caller, collections: readonly string[] | undefined, filter: Filter | undefined): ChangeSelection {
    return new ChangeSelection(caller, collections, filter, this.cursors);
  }

  /** The next changes after a position; those that are no longer kept are passed over. */
  async read(selection: ChangeSelection, after: number, limit: number): Promise<ChangeBatch> {
    const { caller, collections, filter } = selection;
    const query = { after, limit, collections, before: filter !== undefined, passOver: true };
    const { lines, position, more } = await this.shared.read(caller, query);
    return { changes: numbered(selection, lines), position, more };
  }

  /** The changes of these numbers, in ascending order, as far as they are kept. */
  async at(selection: ChangeSelection, numbers: readonly number[]): Promise<NumberedChange[]> {
    if (numbers.length === 0) return [];
    const sorted = numbers.toSorted((one, other) => one - other);
    return numbered(selection, await this.feed.at(selection.caller, sorted, selection.filter !== undefined));
  }
}

function numbered(selection: ChangeSelection, lines: readonly FeedLine[]): NumberedChange[] {
  const changes: NumberedChange[] = [];
  for (const line of lines) {
    const change = selection.changeOf(line);
    if (change) changes.push({ seq: line.seq, change });
  }
  return changes;
}
