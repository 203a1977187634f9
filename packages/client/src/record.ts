import type { JsonObject } from './schema.js';

/** A JSON document in a collection. Dates are RFC 3339 strings, as Haven sends them. */
export interface HavenRecord<Data = JsonObject> {
  /** UUID of the record; version 7 if the server generated it. */
  readonly id: string;
  /** Name of the collection. */
  readonly collection: string;
  /** Version, starting at 1. Every change increments it; a version is never reused. */
  readonly version: number;
  readonly data: Data;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A record with the records to which its references lead. */
export interface ExpandedRecord<Data, Expanded> extends HavenRecord<Data> {
  /** By the path of the reference: a record, a list of records for an array, or null. */
  readonly expanded: Expanded;
}

/** One version of a record. */
export interface RecordVersion<Data = JsonObject> {
  readonly version: number;
  readonly type: ChangeType;
  readonly actor: string;
  readonly at: string;
  readonly createdAt: string;
  /** W3C trace id of the request that made the change. */
  readonly traceId: string;
  /** Id of the record whose deletion caused the change, or null if the change itself was requested. */
  readonly cause: string | null;
  /** The document at this version; null after a deletion or an erasure. */
  readonly data: Data | null;
  /** JSON Patch of `{"data": …}` from the previous version, or null if that is not kept. */
  readonly patch: readonly PatchOperation[] | null;
}

/** Type of a change of a record. */
export type ChangeType = 'record.created' | 'record.updated' | 'record.deleted' | 'record.restored' | 'record.erased';

/** An operation of a JSON Patch (RFC 6902). Paths start with `/data`. */
export interface PatchOperation {
  op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  path: string;
  from?: string;
  value?: unknown;
}

/** A JSON Merge Patch (RFC 7396): members to set, nested objects merged, `null` to remove a member. */
export type MergePatch<Data> = {
  [Member in keyof Data]?: MergePatchValue<Data[Member]> | null;
};

type MergePatchValue<Value> = Value extends readonly unknown[]
  ? Value
  : Value extends object
    ? MergePatch<Value>
    : Value;

/** The report of a dry run: the changes that it would make. */
export interface DryRun {
  /** The changes in their order, at most 1,000. */
  readonly changes: readonly DryRunChange[];
  /** Number of all changes. */
  readonly count: number;
  /** JSON Pointers to the ids, versions and times in the result that the real request chooses again. */
  readonly predicted: readonly string[];
}

/** A change that a dry run would make to one record. */
export interface DryRunChange {
  readonly collection: string;
  readonly id: string;
  readonly type: ChangeType;
  readonly version: number;
  readonly patch: readonly PatchOperation[];
  readonly cause: string | null;
}

/** The result of a change, with the report of the dry run if it was one. */
export type Changed<Result, IsDryRun extends boolean> = IsDryRun extends true
  ? Result & { readonly dryRun: DryRun }
  : Result;
