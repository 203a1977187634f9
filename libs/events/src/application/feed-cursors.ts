import { Inject, Injectable } from '@nestjs/common';

import type { Caller, CursorCodec } from '@haven/kernel';
import { CURSOR_CODEC } from '@haven/platform';

/** Positions in a tenant's feed as clients hold them: one kind for pages, streams, subscriptions and time travel. */
@Injectable()
export class FeedCursors {
  constructor(@Inject(CURSOR_CODEC) private readonly codec: CursorCodec) {}

  /** The cursor behind the event of this number: what follows it has greater ones. */
  seal(caller: Caller, seq: number): string {
    return this.codec.seal([seq], bindingOf(caller));
  }

  /** The number of the last event before the cursor; `CURSOR_INVALID` if it is no cursor of this tenant's feed. */
  open(caller: Caller, cursor: string): number {
    const [seq] = this.codec.open(cursor, bindingOf(caller)) as [number]; // as sealed above
    return seq;
  }
}

function bindingOf({ tenantId }: Caller): string {
  return `${tenantId}/changes`;
}
