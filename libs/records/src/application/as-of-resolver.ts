import { Injectable } from '@nestjs/common';

import { FeedCursors } from '@haven/events';
import { HavenError, invalid } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import { parseMoment } from '@haven/query';
import type { Moment } from '@haven/query';

/** The optional parameter of a read that selects a point in time in the past. */
export interface AsOf {
  asOf?: string | null;
}

/** Resolves the `asOf` parameter of a request to a point in time. */
@Injectable()
export class AsOfResolver {
  constructor(private readonly cursors: FeedCursors) {}

  /**
   * Parses `asOf`, which is an RFC 3339 time or a cursor of the caller's change feed. Returns undefined if it is
   * absent, that is, if the request reads the current state.
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
