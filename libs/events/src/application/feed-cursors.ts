import { Injectable } from '@nestjs/common';

import { CursorCodec } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

/** A position as a cursor has it. */
export interface FeedPlace {
  /** The number of the last event before it. */
  readonly seq: number;
  /** Whoever holds it began with the oldest event and is not at the end yet: what is pruned before he gets there he does not miss. */
  readonly catchesUp: boolean;
}

/** Positions in a tenant's feed as clients hold them: one kind for pages, streams, subscriptions and time travel. */
@Injectable()
export class FeedCursors {
  constructor(private readonly codec: CursorCodec) {}

  /** The cursor behind the event of this number: what follows it has greater ones. */
  seal(caller: Caller, seq: number, mode?: 'catching up'): string {
    return this.codec.seal(mode ? [seq, 1] : [seq], bindingOf(caller));
  }

  /** The place of a cursor; `CURSOR_INVALID` if it is no cursor of this tenant's feed. */
  open(caller: Caller, cursor: string): FeedPlace {
    const [seq, catchingUp] = this.codec.open(cursor, bindingOf(caller)) as [number, number?]; // as sealed above
    return { seq, catchesUp: catchingUp === 1 };
  }
}

function bindingOf({ tenantId }: Caller): string {
  return `${tenantId}/changes`;
}
