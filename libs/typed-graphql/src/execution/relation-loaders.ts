import DataLoader from 'dataloader';

import { HavenError } from '@haven/kernel';
import type { Caller, PageRequest, Slice } from '@haven/kernel';
import type {
  ExpansionBudget,
  RecordView,
  RelatedPageOptions,
  RelatedRecordsService,
  RelatingMember,
} from '@haven/records';

/** The arguments of a page of referring records. */
export interface PageArguments extends Pick<RelatedPageOptions, 'filter' | 'sort' | 'asOf'> {
  readonly page: PageRequest;
}

/**
 * Reads related records for one response, each of them at most once. What is loaded at the same time with the same
 * arguments is read by one statement. After a mutation, later fields need new loaders.
 */
export class RelationLoaders {
  private readonly records = new Map<string, DataLoader<string, RecordView | null>>();
  private readonly pages = new Map<string, DataLoader<string, Slice<RecordView>>>();
  private readonly written = new WeakSet<RecordView>();
  private readonly budget: ExpansionBudget;

  constructor(
    private readonly related: RelatedRecordsService,
    private readonly caller: Caller,
  ) {
    this.budget = related.budget();
  }

  /** Returns the records with the given ids, in their order: null for one that cannot be read, or an error. */
  loadRecords(
    collection: string,
    ids: readonly string[],
    asOf: string | undefined,
  ): Promise<(RecordView | null | Error)[]> {
    const read = (missing: readonly string[]) =>
      this.related.byIds(this.caller, collection, missing, {
        budget: this.budget,
        ...(asOf !== undefined && { asOf }),
      });
    return loaderIn(this.records, JSON.stringify([collection, asOf]), read).loadMany(ids);
  }

  /** Returns a page of referring records for each of the given records, or an error. */
  loadPages(
    member: RelatingMember,
    ids: readonly string[],
    { page, ...options }: PageArguments,
  ): Promise<(Slice<RecordView> | Error)[]> {
    const { collection, path, isList } = member;
    const read = (parents: readonly string[]) =>
      this.related.pages(this.caller, { collection, path, isList }, parents, page, { ...options, budget: this.budget });
    return loaderIn(this.pages, JSON.stringify([collection, path, page, options]), read).loadMany(ids);
  }

  /** Counts a record that is written again: what has been read is limited, and so are its repetitions. */
  countRepetition(view: RecordView, size: number): void {
    if (this.written.has(view)) {
      this.budget.addRecords(1);
      this.budget.addBytes(size);
    }
    this.written.add(view);
  }
}

function loaderIn<Value>(
  loaders: Map<string, DataLoader<string, Value>>,
  key: string,
  read: (ids: readonly string[]) => Promise<readonly (Value | HavenError)[]>,
): DataLoader<string, Value> {
  const loader = loaders.get(key) ?? new DataLoader<string, Value>(read, { maxBatchSize: Infinity });
  loaders.set(key, loader);
  return loader;
}
