import { Injectable } from '@nestjs/common';

import { FeedCursors } from '@haven/events';
import { HavenError, invalid } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import { parseMoment } from '@haven/query';
import type { Moment } from '@haven/query';

/** The parameter of a request that reads the past. */
export interface AsOf {
  asOf?: string | null;
}

/** Resolves the `asOf` parameter of requests to a moment. */
@Injectable()
export class AsOfResolver {
  constructor(private readonly cursors: FeedCursors) {}

  /**
   * Returns the moment that `asOf` names as a time or as a cursor of the caller's change feed, or undefined for now.
   */
  resolve(caller: Caller, { asOf }: AsOf): Moment | undefined {
    if (asOf == null) return undefined;
    const time = parseMoment(asOf);
    return time === null ? { seq: this.sequenceOf(caller, asOf) } : { time };
  }

  private sequenceOf(caller: Caller, cursor: string): number {
    try {
      return this.cursors.open(caller, cursor).seq;
    } catch (error) {
      if (!(error instanceof HavenError)) throw error;
      throw invalid('CURSOR_INVALID', '/asOf', 'must be an RFC 3339 date-time or a cursor of the change feed');
    }
  }
}
