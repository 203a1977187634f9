import type { ChangeOptions } from './options.js';
import type { HavenRecord, MergePatch, PatchOperation } from './record.js';
import type { CollectionName, DataOf, InputOf } from './schema.js';

/** A record: its id, or a reference to the record of an earlier operation with this label. */
export type BatchTarget = string | { $ref: string };

/** An operation of a batch, in any collection. */
export type BatchOperation<Schema> = {
  [Name in CollectionName<Schema>]: OperationIn<Name, DataOf<Schema, Name>, InputOf<Schema, Name>>;
}[CollectionName<Schema>];

/**
 * The operations of a batch in these collections, in their order. The compiler checks each operation against its own
 * collection; against a union of all collections, it would take seconds for each batch if there are 200 of them.
 */
export type BatchOperations<Schema, Names extends readonly CollectionName<Schema>[]> = {
  [Index in keyof Names]: OperationIn<Names[Index], DataOf<Schema, Names[Index]>, InputOf<Schema, Names[Index]>>;
};

type OperationIn<Name, Data, Input> =
  | (Operation<'create', Name> & { id?: string; data: Input; ifNoneMatch?: '*' })
  | (Operation<'replace', Name> & Versioned & { data: Input; ifNoneMatch?: '*' })
  | (Operation<'patch', Name> & Versioned & { data: MergePatch<Data> })
  | (Operation<'jsonPatch', Name> & Versioned & { operations: readonly PatchOperation[] })
  | (Operation<'delete', Name> & Versioned)
  | (Operation<'restore', Name> & Versioned & { version: number });

interface Operation<Kind, Name> {
  op: Kind;
  collection: Name;
  /** Later operations can refer to the record by `{ $ref: label }`; the result has the label too. */
  label?: string;
}

interface Versioned {
  id: BatchTarget;
  /** Fails with a `ConflictError` unless the record has this version when the operation is applied. */
  expectedVersion?: number;
}

/** The result of one operation. */
export interface BatchResult<Data = Record<string, unknown>> {
  readonly label: string | null;
  /** The status that the same change would have as a single request. */
  readonly status: number;
  /** Version of the record after the operation. */
  readonly version: number;
  /** The record after the operation; null after a deletion. */
  readonly record: HavenRecord<Data> | null;
}

/** The results of a batch, in the order of the operations. */
export interface BatchResults<Data = Record<string, unknown>> {
  readonly results: readonly BatchResult<Data>[];
}

/** Options of `batch`. */
export type BatchOptions<IsDryRun extends boolean = boolean> = ChangeOptions<IsDryRun>;
