import type { AggregateOptions, Aggregation, Computation, GroupBy } from './aggregate.js';
import type { List } from './list.js';
import type {
  CreateOptions,
  GetOptions,
  ListOptions,
  ReadOptions,
  ReplaceOptions,
  RequestOptions,
  VersionedChangeOptions,
} from './options.js';
import type { ExpandPath, Path, Read } from './paths.js';
import type { Changed, HavenRecord, MergePatch, RecordVersion } from './record.js';
import type { CollectionName, DataOf, InputOf, UniqueKeysOf } from './schema.js';

/** A record as it was read, or its id. A change of a record as it was read fails if it has changed since. */
export type Target = string | Pick<HavenRecord<unknown>, 'id' | 'version'>;

/** The records of a collection. */
export interface Collection<Schema, Name extends CollectionName<Schema>> {
  readonly name: Name;

  /** Lists records: `await` reads a page, `for await` reads all. */
  list<Paths extends ExpandPath<Schema, Name> = never, Fields extends Path<DataOf<Schema, Name>> = never>(
    options?: ListOptions<Schema, Name, Paths, Fields>,
  ): List<Read<Schema, Name, Paths, Fields>>;

  /** Reads a record. Rejects with `NOT_FOUND` if there is none. */
  get<Paths extends ExpandPath<Schema, Name> = never, Fields extends Path<DataOf<Schema, Name>> = never>(
    id: string,
    options?: GetOptions<Schema, Name, Paths, Fields>,
  ): Promise<Read<Schema, Name, Paths, Fields>>;

  /** Reads the record that has a value in a unique index. Rejects with `NOT_FOUND` if there is none. */
  getBy<
    Key extends keyof UniqueKeysOf<Schema, Name> & string,
    Paths extends ExpandPath<Schema, Name> = never,
    Fields extends Path<DataOf<Schema, Name>> = never,
  >(
    index: Key,
    value: UniqueKeysOf<Schema, Name>[Key],
    options?: ReadOptions<Schema, Name, Paths, Fields>,
  ): Promise<Read<Schema, Name, Paths, Fields>>;

  /** Creates a record. */
  create<IsDryRun extends boolean = false>(
    data: InputOf<Schema, Name>,
    options?: CreateOptions<IsDryRun>,
  ): Promise<Changed<HavenRecord<DataOf<Schema, Name>>, IsDryRun>>;

  /** Replaces the data of a record, or creates the record. */
  replace<IsDryRun extends boolean = false>(
    target: Target,
    data: InputOf<Schema, Name>,
    options?: ReplaceOptions<IsDryRun>,
  ): Promise<Changed<HavenRecord<DataOf<Schema, Name>>, IsDryRun>>;

  /** Changes some members of a record; `null` removes a member. */
  update<IsDryRun extends boolean = false>(
    target: Target,
    patch: MergePatch<DataOf<Schema, Name>>,
    options?: VersionedChangeOptions<IsDryRun>,
  ): Promise<Changed<HavenRecord<DataOf<Schema, Name>>, IsDryRun>>;

  /** Deletes a record. */
  delete<IsDryRun extends boolean = false>(
    target: Target,
    options?: VersionedChangeOptions<IsDryRun>,
  ): Promise<IsDryRun extends true ? Changed<object, true> : void>;

  /** Restores the data of an earlier version, as a new version. A deleted record can be restored too. */
  restore<IsDryRun extends boolean = false>(
    target: Target,
    version: number,
    options?: VersionedChangeOptions<IsDryRun>,
  ): Promise<Changed<HavenRecord<DataOf<Schema, Name>>, IsDryRun>>;

  /** Replaces the data of the record that has a value in a unique index, or creates a record with this value. */
  upsertBy<Key extends keyof UniqueKeysOf<Schema, Name> & string, IsDryRun extends boolean = false>(
    index: Key,
    value: UniqueKeysOf<Schema, Name>[Key],
    data: Partial<InputOf<Schema, Name>>,
    options?: ReplaceOptions<IsDryRun>,
  ): Promise<Changed<HavenRecord<DataOf<Schema, Name>>, IsDryRun>>;

  /** Groups records, and computes values of each group. */
  aggregate<
    const Groups extends readonly GroupBy<DataOf<Schema, Name>>[] = [],
    const Columns extends Record<string, Computation<DataOf<Schema, Name>>> = {},
  >(
    options: AggregateOptions<Schema, Name, Groups, Columns>,
  ): Promise<Aggregation<DataOf<Schema, Name>, Groups, Columns>>;

  /** Lists the versions of a record, newest first. */
  history(id: string, options?: HistoryOptions): List<RecordVersion<DataOf<Schema, Name>>>;
}

/** Options of `history`. */
export interface HistoryOptions extends RequestOptions {
  /** Versions per page; 20 by default. */
  limit?: number;
  /** Starts after this cursor. */
  after?: string;
  /** Ends before this cursor. */
  before?: string;
}
