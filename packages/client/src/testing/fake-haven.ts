import type { BatchOperation, BatchOptions, BatchResult } from '../batch.js';
import type { Change, FeedOptions } from '../change.js';
import type { HavenClient } from '../client.js';
import { ConnectionError, HavenError } from '../error.js';
import type { ErrorCode } from '../error-codes.js';
import type { HavenRecord } from '../record.js';
import type { AnySchema, JsonObject } from '../schema.js';

type Row = HavenRecord;
type Filter = { _and?: Filter[]; $id?: { _in: string[] } } & JsonObject;

/** A Haven in memory that can lose connections and responses, and delete its history. All clients share its records. */
export class FakeHaven {
  isOnline = true;
  /** Whether the feed shows a change before the response to it arrives, or after that. */
  isFeedFirst = false;
  /** Milliseconds after which the feed shows a change by another client. */
  feedDelay = 0;
  /** Errors of the next requests. */
  readonly failures: [status: number, code: ErrorCode][] = [];
  /** Number of batches that will be executed without a response. */
  lostResponses = 0;
  readonly batches: { operations: readonly BatchOperation<AnySchema>[]; key: string | undefined }[] = [];
  readonly changes: Change[] = [];
  readonly #rows = new Map<string, { row: Row | null; version: number; collection: string }>();
  readonly #responses = new Map<string, BatchResult[]>();
  #pruned = 0;
  #waiting: (() => void)[] = [];
  #epoch = 0;

  /** The records of a collection, by id. */
  records(collection = 'films', where: Filter = {}): Row[] {
    return [...this.#rows.values()].flatMap(({ row }) =>
      row?.collection === collection && matches(row, where) ? row : [],
    );
  }

  /** Stores a change by another client. */
  change(...operations: BatchOperation<AnySchema>[]): BatchResult[] {
    const results = this.#execute(operations);
    setTimeout(() => this.#wake(), this.feedDelay);
    return results;
  }

  /** Interrupts all streams, and lets no request through until it is called again. */
  setOnline(isOnline: boolean): void {
    this.isOnline = isOnline;
    this.#epoch += 1;
    setTimeout(() => this.#wake(), isOnline ? 20 : 0); // streams are opened again after other requests
  }

  /** Deletes the changes so far: older positions are expired. Interrupts all streams. */
  prune(): void {
    this.#pruned = this.changes.length;
    this.#epoch += 1;
    this.#wake();
  }

  /** A client of this Haven. It has only what the synchronisation uses. */
  client(): HavenClient<AnySchema> {
    const client = {
      collection: (name: string) => ({
        list: ({ asOf, where }: { asOf?: string; where?: Filter }) => ({
          toArray: async () => {
            await this.#request();
            return asOf === undefined ? this.records(name, where) : this.#asOf(Number(asOf), name, where);
          },
        }),
      }),
      changesPage: async () => {
        await this.#request();
        return { items: [], nextCursor: String(this.changes.length), hasMore: false };
      },
      batch: async (operations: readonly BatchOperation<AnySchema>[], { idempotencyKey }: BatchOptions = {}) => {
        await this.#request();
        this.batches.push({ operations, key: idempotencyKey });
        const results = this.#responses.get(idempotencyKey ?? '') ?? this.#execute(operations);
        this.#responses.set(idempotencyKey ?? '', results);
        if (this.lostResponses > 0) {
          this.lostResponses -= 1;
          throw new ConnectionError('The response was lost.');
        }
        setTimeout(() => this.#wake(), 5);
        if (this.isFeedFirst) await new Promise((resolve) => setTimeout(resolve, 10));
        return { results };
      },
      changes: (options: FeedOptions<AnySchema, string>) => this.#follow(options),
    };
    return client as unknown as HavenClient<AnySchema>; // the rest is not used
  }

  async #request(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 3));
    if (!this.isOnline) throw new ConnectionError('Offline.');
    const [failure] = this.failures.splice(0, 1);
    if (failure) throw problem(...failure);
  }

  async *#follow({ after, collection, where, signal, onStatus }: FeedOptions<AnySchema, string>) {
    let [position, epoch] = [Number(after), -1];
    for (;;) {
      if (signal?.aborted) throw signal.reason;
      if (!this.isOnline) {
        onStatus?.({ state: 'interrupted', retryIn: 0, error: undefined });
        epoch = -1;
      } else {
        if (position < this.#pruned) throw problem(410, 'CURSOR_EXPIRED');
        if (epoch !== this.#epoch) onStatus?.({ state: 'open' });
        epoch = this.#epoch;
        const change = this.changes[position];
        if (change) {
          position += 1;
          const seen = this.#seenWith(where as Filter, change, position);
          if (change.collection === collection && seen) yield seen;
          continue;
        }
      }
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        signal?.addEventListener('abort', () => resolve());
      });
    }
  }

  /** The change as a reader with this filter sees it; undefined if the reader does not. */
  #seenWith(where: Filter | undefined, change: Change, position: number): Change | undefined {
    if (!where) return change;
    const before = this.changes.slice(0, position - 1).findLast(({ recordId }) => recordId === change.recordId)?.record;
    const [did, does] = [before, change.record].map((row) => row != null && matches(row, where));
    if (!did && !does) return undefined;
    return { ...change, effect: does ? (did ? 'changed' : 'entered') : 'left' };
  }

  #asOf(position: number, collection: string, where: Filter = {}): Row[] {
    const rows = new Map<string, Row | null>();
    for (const { recordId, record } of this.changes.slice(0, position)) rows.set(recordId, record);
    return [...rows.values()]
      .filter((row) => row !== null)
      .filter((row) => row.collection === collection && matches(row, where));
  }

  #execute(operations: readonly BatchOperation<AnySchema>[]): BatchResult[] {
    const [rows, changes] = [new Map(this.#rows), this.changes.length];
    try {
      return operations.map((operation, index) => this.#apply(operation, index));
    } catch (error) {
      this.#rows.clear();
      for (const [id, row] of rows) this.#rows.set(id, row);
      this.changes.length = changes;
      throw error;
    }
  }

  #apply(operation: BatchOperation<AnySchema>, index: number): BatchResult {
    const { op, collection } = operation;
    const id = operation.id as string; // the tests use no labels
    const { row = null, version = 0 } = this.#rows.get(id) ?? {};
    const data = 'data' in operation ? (operation.data as JsonObject) : undefined;
    if (op === 'create' && row) throw problem(409, 'ALREADY_EXISTS', { index });
    if (op !== 'create' && !row) throw problem(404, 'NOT_FOUND', { index });
    const expected = 'expectedVersion' in operation ? operation.expectedVersion : undefined;
    if (expected !== undefined && expected !== version)
      throw problem(412, 'VERSION_CONFLICT', { index, current: version });
    if (data?.['invalid'] === true) throw problem(422, 'SCHEMA_VIOLATION', { index });
    const at = new Date().toISOString();
    const next = version + 1;
    const record = data
      ? { id, collection, version: next, data, createdAt: row?.createdAt ?? at, updatedAt: at }
      : null;
    this.#rows.set(id, { row: record, version: next, collection });
    const type = record ? (row ? 'record.updated' : 'record.created') : 'record.deleted';
    const effect = record ? (row ? 'changed' : 'entered') : 'left';
    const cursor = String(this.changes.length + 1);
    const rest = { collection, recordId: id, version: next, at, actor: 'test', traceId: null, cause: null };
    this.changes.push({ cursor, type, effect, record, ...rest });
    return { label: null, status: 200, version: next, record };
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

function problem(status: number, code: ErrorCode, more: object = {}): HavenError {
  const rest = { type: 'about:blank', title: code, instance: '/', traceId: '' };
  return new HavenError({ ...rest, status, code, detail: `The request failed: ${code}.`, ...more });
}

function matches(row: Row, { _and = [], $id, ...members }: Filter): boolean {
  if ($id && !$id._in.includes(row.id)) return false;
  return (
    _and.every((each) => matches(row, each)) &&
    Object.entries(members).every(([name, value]) => row.data[name] === value)
  );
}
