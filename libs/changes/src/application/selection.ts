import type { FeedCursors } from '@haven/events';
import type { Caller } from '@haven/kernel';
import { matchesFilter } from '@haven/query';
import type { Filter } from '@haven/query';
import type { LiveRecord } from '@haven/records';

import { effectOf } from '../domain/effect.js';
import type { Effect } from '../domain/effect.js';
import type { FeedLine } from './change-feed.js';
import { ChangeView } from './changes.contract.js';

/** What somebody wants to know of the changes. */
export class ChangeSelection {
  constructor(
    readonly caller: Caller,
    readonly collections: readonly string[] | undefined,
    readonly filter: Filter | undefined,
    private readonly cursors: FeedCursors,
  ) {}

  /** Whether he began with the oldest change and is not at the end yet. */
  catchesUp = false;

  /** The change of a line as he is shown it; undefined if it does not concern him. */
  changeOf(line: FeedLine): ChangeView | undefined {
    const effect = this.effectOf(line);
    return effect ? ChangeView.of(line, effect, this.cursorAt(line.seq)) : undefined;
  }

  cursorAt(seq: number): string {
    return this.cursors.seal(this.caller, seq, this.catchesUp ? 'catching up' : undefined);
  }

  /**
   * An erasure concerns everybody: it took the documents with it by which one could tell who it does not concern. For the
   * same reason a record counts as having matched where its version before is no longer kept: better to hear of it in vain.
   */
  private effectOf({ type, before, after }: FeedLine): Effect | null {
    if (type === 'record.erased') return 'left';
    if (!this.filter) return effectWithoutFilter(type, before);
    return effectOf(before === 'unknown' || this.admits(before), this.admits(after));
  }

  private admits(record: LiveRecord | null): boolean {
    return record !== null && (!this.filter || matchesFilter(this.filter, record));
  }
}

function effectWithoutFilter(type: string, before: FeedLine['before']): Effect {
  if (type === 'record.created') return 'entered';
  if (type === 'record.deleted') return 'left';
  return type === 'record.restored' && before === null ? 'entered' : 'changed';
}
