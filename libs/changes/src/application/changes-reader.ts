import { Injectable } from '@nestjs/common';

import { FeedCursors } from '@haven/events';
import { EventLoopTurn } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import type { Filter } from '@haven/query';

import { ChangeFeed } from './change-feed.js';
import type { FeedChange } from './change-feed.js';
import type { ChangeView } from './changes.contract.js';
import { ChangeSelection } from './selection.js';
import { CoalescingFeedReader } from './coalescing-feed-reader.js';

/** A change with its position in the tenant's feed. */
export interface NumberedChange {
  readonly seq: number;
  readonly change: ChangeView;
}

/**
 * Consecutive changes. `position` is that of the last entry that was read, or the end of the feed if there are no more.
 */
export interface ChangeBatch {
  readonly changes: readonly NumberedChange[];
  readonly position: number;
  readonly more: boolean;
}

/**
 * Reads the feed for background work. It uses positions instead of cursors, because positions can be stored and
 * compared.
 */
@Injectable()
export class ChangesReader {
  constructor(
    private readonly feed: ChangeFeed,
    private readonly shared: CoalescingFeedReader,
    private readonly cursors: FeedCursors,
  ) {}

  /**
   * Creates a selection of the changes to the given collections (undefined: all collections). With a filter, only
   * changes that match it are selected.
   */
  select(caller: Caller, collections: readonly string[] | undefined, filter: Filter | undefined): ChangeSelection {
    return new ChangeSelection(caller, collections, filter, this.cursors);
  }

  /** Returns the next changes after a position, without those whose events were pruned. */
  async read(selection: ChangeSelection, after: number, limit: number): Promise<ChangeBatch> {
    const { caller, collections, filter } = selection;
    const query = { after, order: 'asc', limit, collections, before: filter !== undefined, skipPruned: true } as const;
    const { lines, position, more } = await this.shared.read(caller, query);
    return { changes: await numbered(selection, lines), position, more };
  }

  /** Returns the changes at the given positions in ascending order, except those whose events were pruned. */
  async at(selection: ChangeSelection, positions: readonly number[]): Promise<NumberedChange[]> {
    if (positions.length === 0) return [];
    const sorted = positions.toSorted((one, other) => one - other);
    return numbered(selection, await this.feed.at(selection.caller, sorted, selection.filter !== undefined));
  }
}

async function numbered(selection: ChangeSelection, lines: readonly FeedChange[]): Promise<NumberedChange[]> {
  const changes: NumberedChange[] = [];
  const turn = new EventLoopTurn();
  for (const line of lines) {
    if (turn.isLong) await turn.pause();
    const change = selection.changeOf(line);
    if (change) changes.push({ seq: line.seq, change });
  }
  return changes;
}
