import type { FeedCursors } from '@haven/events';
import type { Caller } from '@haven/kernel';
import { EvaluationWork, FilterTooExpensive, matchesFilter } from '@haven/query';
import type { Filter } from '@haven/query';
import type { LiveRecord } from '@haven/records';

import { effectOf } from '../domain/effect.js';
import type { Effect } from '../domain/effect.js';
import type { FeedChange } from './change-feed.js';
import { ChangeView } from './changes.contract.js';

/** Selects the changes of collections that match a filter, for one caller. */
export class ChangeSelection {
  constructor(
    readonly caller: Caller,
    readonly collections: readonly string[] | undefined,
    readonly filter: Filter | undefined,
    private readonly cursors: FeedCursors,
  ) {}

  /** Whether the reader started with the oldest change and has not reached the end of the feed yet. */
  isCatchingUp = false;

  /** Returns the change that a feed entry describes, or undefined if this selection excludes it. */
  changeOf(line: FeedChange): ChangeView | undefined {
    const effect = this.effectOf(line);
    return effect ? ChangeView.of(line, effect, this.cursorAt(line.seq)) : undefined;
  }

  cursorAt(seq: number): string {
    return this.cursors.seal(this.caller, seq, this.isCatchingUp ? 'catching up' : undefined);
  }

  /**
   * An erasure is always selected, because the documents to compare with the filter no longer exist. Likewise, if the
   * previous version of a record is no longer kept, the record counts as having matched before: a client can handle an
   * unnecessary change, but not a missing one.
   */
  private effectOf({ type, before, after }: FeedChange): Effect | null {
    if (type === 'record.erased') return 'left';
    if (!this.filter) return effectWithoutFilter(type, before);
    return effectOf(before === 'unknown' || this.matches(before), this.matches(after));
  }

  /**
   * A document on which the filter takes too long counts as matching, for the same reason as an unknown one.
   */
  private matches(record: LiveRecord | null): boolean {
    if (record === null || !this.filter) return record !== null;
    try {
      return matchesFilter(this.filter, record, new EvaluationWork());
    } catch (error) {
      if (error instanceof FilterTooExpensive) return true;
      throw error;
    }
  }
}

function effectWithoutFilter(type: string, before: FeedChange['before']): Effect {
  if (type === 'record.created') return 'entered';
  if (type === 'record.deleted') return 'left';
  return type === 'record.restored' && before === null ? 'entered' : 'changed';
}
