/** A range of positions, both ends included. */
type Range = readonly [from: bigint, to: bigint];

/**
 * An upper bound for transactions: every position up to `position` was assigned to a transaction with an id below
 * `xid`.
 */
interface Mark {
  readonly position: bigint;
  readonly xid: bigint;
}

/**
 * The positions of the events that the sequencer has processed. A position is assigned when an event is inserted, and
 * becomes visible when the transaction commits. Positions therefore become visible out of order, and those of a
 * transaction that rolls back never become visible. No new event can appear at or below `watermark`. Above it, `done`
 * contains the processed positions; the positions between them are gaps.
 */
export class SequencerWatermark {
  constructor(
    readonly watermark: bigint,
    readonly done: readonly Range[],
    readonly mark?: Mark,
  ) {}

  /** Adds processed positions, which must be in ascending order. */
  with(positions: readonly bigint[]): SequencerWatermark {
    const ranges = [...this.done, ...mergeRanges(positions.map((position): Range => [position, position]))];
    ranges.sort(([one], [other]) => (one < other ? -1 : 1));
    return new SequencerWatermark(this.watermark, mergeRanges(ranges), this.mark).advanceTo(this.watermark);
  }

  /**
   * Moves the watermark over gaps whose transactions have ended, and sets the next mark. All transactions with ids
   * below `oldest` had ended before the positions were read, and those with ids from `next` on started after that. The
   * gaps below a mark are final once all transactions with ids below its `xid` have ended. A mark whose `xid` is above
   * `next` was set before this database was restored to another cluster; its transactions no longer run.
   */
  settled(oldest: bigint, next: bigint): SequencerWatermark {
    const { mark } = this;
    const settled = mark && (oldest >= mark.xid || mark.xid > next) ? this.advanceTo(mark.position) : this;
    const last = settled.done.at(-1)?.[1];
    if (last === undefined) return new SequencerWatermark(settled.watermark, []);
    return new SequencerWatermark(
      settled.watermark,
      settled.done,
      settled === this && mark ? mark : { position: last, xid: next },
    );
  }

  /** Formats `done` as a multirange of bigint for PostgreSQL. */
  print(): string {
    return `{${this.done.map(([from, to]) => `[${from},${to}]`).join(',')}}`;
  }

  /** Parses the output of PostgreSQL, whose ranges exclude their upper bounds. */
  static parse(
    watermark: string,
    done: string,
    mark: { position: string | null; xid: string | null },
  ): SequencerWatermark {
    const ranges = [...done.matchAll(/\[(\d+),(\d+)\)/g)].map(([, from = '', to = '']): Range => [
      BigInt(from),
      BigInt(to) - 1n,
    ]);
    const { position, xid } = mark;
    return new SequencerWatermark(
      BigInt(watermark),
      ranges,
      position !== null && xid !== null ? { position: BigInt(position), xid: BigInt(xid) } : undefined,
    );
  }

  /** Moves the watermark to `to`, and over the processed positions directly after it. */
  private advanceTo(to: bigint): SequencerWatermark {
    let watermark = to > this.watermark ? to : this.watermark;
    const rest: Range[] = [];
    for (const [from, end] of this.done) {
      if (from > watermark + 1n) rest.push([from, end]);
      else if (end > watermark) watermark = end;
    }
    return new SequencerWatermark(watermark, rest, this.mark);
  }
}

/** Merges adjacent and overlapping ranges, which must be sorted. */
function mergeRanges(ranges: readonly Range[]): Range[] {
  const all: [bigint, bigint][] = [];
  for (const [from, to] of ranges) {
    const last = all.at(-1);
    if (last && from <= last[1] + 1n) last[1] = to > last[1] ? to : last[1];
    else all.push([from, to]);
  }
  return all;
}
