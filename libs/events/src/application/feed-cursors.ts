import { Injectable } from '@nestjs/common';

import { CursorCodec } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

/** Content of a cursor. */
export interface FeedCursor {
  /** Position of the last event before the cursor. */
  readonly seq: number;
  /**
   * Whether the reader started with the oldest event and has not reached the end yet. Events that are
   * pruned in the meantime are then skipped instead of causing `CURSOR_EXPIRED`.
   */
  readonly isCatchingUp: boolean;
}

/** Creates and opens cursors in a tenant's feed. Pages, streams, subscriptions and time travel share one format. */
@Injectable()
export class FeedCursors {
  constructor(private readonly codec: CursorCodec) {}

  /** Creates the cursor after the event at position `seq`. */
  seal(caller: Caller, seq: number, mode?: 'catching up'): string {
    return this.codec.seal(mode ? [seq, 1] : [seq], bindingOf(caller));
  }

  /** Opens a cursor. Throws `CURSOR_INVALID` if it is not a cursor of this tenant's feed. */
  open(caller: Caller, cursor: string): FeedCursor {
    const [seq, catchingUp] = this.codec.open(cursor, bindingOf(caller)) as [number, number?]; // as sealed above
    return { seq, isCatchingUp: catchingUp === 1 };
  }
}

function bindingOf({ tenantId }: Caller): string {
  return `${tenantId}/changes`;
}
