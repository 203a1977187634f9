import type { Caller, JsonValue, PageRequest, Slice } from '@haven/kernel';
import type { RecordView } from '@haven/records';

/** Reads the records that relations lead to. `RelatedRecordsService` of @haven/records implements it. */
export interface RelatedRecords {
  /** Returns the records with these ids, by id; without those that do not exist or that the caller may not read. */
  byIds(
    caller: Caller,
    collection: string,
    ids: readonly string[],
    options: { readonly asOf?: string | undefined },
  ): Promise<ReadonlyMap<string, RecordView>>;
  /** Returns a page for each parent: the records of `collection` whose member at `path` names the parent. */
  pages(
    caller: Caller,
    relation: { readonly collection: string; readonly path: readonly string[] },
    parentIds: readonly string[],
    options: RelatedPageOptions,
  ): Promise<readonly Slice<RecordView>[]>;
}

export interface RelatedPageOptions extends PageRequest {
  readonly filter?: JsonValue | undefined;
  readonly sort?: string[] | undefined;
  readonly asOf?: string | undefined;
}
