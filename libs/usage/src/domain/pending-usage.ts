/** The amounts that changes to records add to the usage of their tenant. */
export interface UsageDelta {
  readonly records: number;
  readonly bytes: number;
}

export const NO_USAGE: UsageDelta = { records: 0, bytes: 0 };

export function addDeltas(one: UsageDelta, other: UsageDelta): UsageDelta {
  return { records: one.records + other.records, bytes: one.bytes + other.bytes };
}

/** A sum for a tenant, and the number of writes that it is of. */
interface Sum {
  records: number;
  bytes: number;
  writes: number;
}

/**
 * Adds up what the writes under way will add to the usage of each tenant. A write that will reduce the usage counts as
 * 0 until it has ended, because it may fail.
 */
export class PendingUsage {
  private readonly sums = new Map<string, Sum>();

  begin(tenantId: string): PendingWrite {
    const sum = this.sums.get(tenantId) ?? { records: 0, bytes: 0, writes: 0 };
    this.sums.set(tenantId, sum);
    sum.writes++;
    return new PendingWrite(sum, () => {
      if (--sum.writes === 0) this.sums.delete(tenantId);
    });
  }

  /** Returns the sum of all writes. That of `own`, if it has one, counts even if it is negative. */
  seenBy(tenantId: string, own?: PendingWrite): UsageDelta {
    const sum = this.sums.get(tenantId) ?? NO_USAGE;
    return own ? own.addTo(sum) : sum;
  }
}

/** A write under way, or a transaction with several. */
export class PendingWrite {
  private added = NO_USAGE;

  constructor(
    private readonly sum: Sum,
    private readonly ended: () => void,
  ) {}

  /** The amounts that it adds. */
  get delta(): UsageDelta {
    return this.added;
  }

  add(delta: UsageDelta): void {
    this.set(addDeltas(this.added, delta));
  }

  subtract({ records, bytes }: UsageDelta): void {
    this.set({ records: this.added.records - records, bytes: this.added.bytes - bytes });
  }

  end(): void {
    this.set(NO_USAGE);
    this.ended();
  }

  /** Returns a sum with the amounts of this write, which the sum may contain already. */
  addTo(sum: UsageDelta): UsageDelta {
    const { records, bytes } = this.added;
    if (sum !== this.sum) return addDeltas(sum, this.added);
    return { records: sum.records + Math.min(0, records), bytes: sum.bytes + Math.min(0, bytes) };
  }

  private set(delta: UsageDelta): void {
    this.sum.records += Math.max(0, delta.records) - Math.max(0, this.added.records);
    this.sum.bytes += Math.max(0, delta.bytes) - Math.max(0, this.added.bytes);
    this.added = delta;
  }
}
