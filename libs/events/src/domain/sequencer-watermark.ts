/** Positions from and to, both included. */
type Range = readonly [from: bigint, to: bigint];

/** Positions up to `position` were given out to transactions with ids below `xid`. */
interface Mark {
  readonly position: bigint;
  readonly xid: bigint;
}

/**
 * Which events the sequencer has dealt with. Positions are given out when a row is written and seen when its transaction
 * commits, so they become visible out of order, and those of transactions that roll back never do. Up to `watermark` there is
 * nothing left to come; beyond it `done` tells one by one.
 */
export class SequencerWatermark {
  constructor(
    readonly watermark: bigint,
    readonly done: readonly Range[],
    readonly mark?: Mark,
  ) {}

  /** With these positions dealt with too, in ascending order. */
  with(positions: readonly bigint[]): SequencerWatermark {
    const ranges = [...this.done, ...positions.map((position): Range => [position, position])];
    ranges.sort(([one], [other]) => (one < other ? -1 : 1));
    return new SequencerWatermark(this.watermark, merged(ranges), this.mark).advanceTo(this.watermark);
  }

  /**
   * All transactions below `oldest` had ended before the positions were looked at, and those from `next` on had not begun
   * when that was done. What the mark spoke of is settled once they have ended; a mark from the future comes from another
   * cluster, out of which this database was restored, and nothing of that is under way any more.
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

  /** As PostgreSQL writes a multirange of bigint. */
  print(): string {
    return `{${this.done.map(([from, to]) => `[${from},${to}]`).join(',')}}`;
  }

  /** Reads what PostgreSQL prints: ranges that leave their end out. */
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

  /** The watermark moves to `to`, and over everything done right behind it. */
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

/** Sorted ranges with neighbours made one. */
function merged(ranges: readonly Range[]): Range[] {
  const all: [bigint, bigint][] = [];
  for (const [from, to] of ranges) {
    const last = all.at(-1);
    if (last && from <= last[1] + 1n) last[1] = to > last[1] ? to : last[1];
    else all.push([from, to]);
  }
  return all;
}
