import { Injectable } from '@nestjs/common';

import { FeedCursors } from '@haven/events';
import { HavenError, invalid } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import { parseMoment } from '@haven/query';
import type { Moment } from '@haven/query';

/** What a request may say to see the past. */
export interface AsOf {
  asOf?: string | null;
}

/** Makes moments of what requests call them by. */
@Injectable()
export class AsOfResolver {
  constructor(private readonly cursors: FeedCursors) {}

  /** The moment a request names, by a time or by a cursor of the caller's change feed; undefined means now. */
  resolve(caller: Caller, { asOf }: AsOf): Moment | undefined {
    if (asOf == null) return undefined;
    const time = parseMoment(asOf);
    return time === null ? { seq: this.placeOf(caller, asOf) } : { time };
  }

  private placeOf(caller: Caller, cursor: string): number {
    try {
      return this.cursors.open(caller, cursor).seq;
    } catch (error) {
      if (!(error instanceof HavenError)) throw error;
      throw invalid('CURSOR_INVALID', '/asOf', 'must be an RFC 3339 date-time or a cursor of the change feed');
    }
  }
}
