import type { SyncConfig } from '@tanstack/db';

import type { Change } from '../change.js';
import type { HavenClient } from '../client.js';
import { HavenError } from '../error.js';
import type { Where } from '../filter.js';
import type { HavenRecord } from '../record.js';
import { delayAfter, isTemporary, retryPolicy } from '../retry.js';
import type { AnySchema, JsonObject } from '../schema.js';
import { onlineAgain, wait } from '../wait.js';
import { ShownVersions } from './shown-versions.js';
import type { StatusSubject } from './sync-status.js';

/** The part of TanStack DB that takes what was read. */
export type LocalRows = Parameters<SyncConfig<HavenRecord, string>['sync']>[0];

/** The records that a collection shows. */
export interface RecordSource {
  client: HavenClient<AnySchema>;
  collection: string;
  where?: Where<JsonObject>;
}

/** Records per page: the most that Haven returns. */
const PAGE = 500;

/** Codes after which the position in the feed is useless, and the records must be read again. */
const POSITION_LOST = new Set<string>(['CURSOR_EXPIRED', 'CURSOR_INVALID', 'HISTORY_PRUNED']);

/**
 * Keeps the rows of a local collection equal to the records of Haven. It reads all records as of a position in the
 * change feed, and then applies the changes after that position, each of them once and in order.
 */
export class CollectionSync {
  readonly versions = new ShownVersions();
  readonly #stop = new AbortController();
  readonly #retry = retryPolicy();
  #hasRead = false;

  constructor(
    private readonly source: RecordSource,
    private readonly rows: LocalRows,
    private readonly status: StatusSubject,
  ) {}

  /** Runs until `stop` is called, or until an error that a new attempt does not change. */
  async run(): Promise<void> {
    let position: string | undefined;
    for (let failures = 0; !this.#stop.signal.aborted;) {
      try {
        position ??= await this.#read();
        failures = 0;
        await this.#follow(position, (reached) => (position = reached));
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        if (!isPositionLost(error) && !canReadLater(error)) return this.#fail(error);
        if (isPositionLost(error)) position = undefined;
        this.status.set(position === undefined && this.#hasRead ? { state: 'loading' } : { state: 'offline', error });
        failures += 1;
        await this.#pause(error, failures);
      }
    }
  }

  stop(): void {
    this.#stop.abort();
    this.status.set({ state: 'stopped' });
    this.versions.release();
  }

  /**
   * Resolves when the local collection shows this version of a record, or one after it. A record that the collection
   * does not have is searched for, because the feed has no change for a record that does not match `where`.
   */
  async shows(id: string, version: number): Promise<void> {
    if (this.#stop.signal.aborted) return;
    const shown = this.versions.wait(id, version);
    if (this.source.where !== undefined && this.versions.get(id) === undefined) void this.#releaseAbsent();
    await shown;
  }

  /** Reads all records. Returns the position in the feed that they have. */
  async #read(): Promise<string> {
    const { client, collection, where } = this.source;
    const { signal } = this.#stop;
    if (!this.#hasRead) this.status.set({ state: 'loading' });
    const { nextCursor } = await client.changesPage({ collection, limit: 1, signal });
    const list = client.collection(collection).list({ asOf: nextCursor, where, limit: PAGE, signal });
    const records = await list.toArray();
    signal.throwIfAborted();
    this.rows.begin();
    if (this.#hasRead) this.rows.truncate();
    for (const record of records) this.rows.write({ type: 'insert', value: record });
    this.#commit();
    this.rows.markReady();
    this.versions.replace(records);
    this.#hasRead = true;
    // A record may have been written and deleted again before this position. Then the feed does not show the write.
    void this.#releaseAbsent();
    return nextCursor;
  }

  async #follow(after: string, onPosition: (cursor: string) => void): Promise<void> {
    const { client, collection, where } = this.source;
    const changes = client.changes({
      after,
      collection,
      where,
      signal: this.#stop.signal,
      onPosition,
      onStatus: (status) => {
        if (status.state === 'open') this.status.set({ state: 'live' });
        if (status.state === 'interrupted') this.status.set({ state: 'offline', error: status.error });
      },
    });
    for await (const change of changes) {
      this.#apply(change);
      onPosition(change.cursor);
    }
  }

  #apply({ recordId: id, version, effect, record }: Change): void {
    const shown = this.versions.get(id);
    if (shown !== undefined && shown >= version) return;
    const isRemoved = effect === 'left' || record === null; // a record that was erased later has no data any more
    if (!isRemoved || shown !== undefined) {
      this.rows.begin();
      if (isRemoved) this.rows.write({ type: 'delete', key: id });
      else this.rows.write({ type: shown === undefined ? 'insert' : 'update', value: record });
      this.#commit();
    }
    if (isRemoved) this.versions.remove(id, version);
    else this.versions.set(id, version);
  }

  /** TanStack DB shows the rows when no local transaction is in progress. */
  #commit(): void {
    Promise.resolve(this.rows.commit()).catch(() => undefined); // the collection was cleaned up before that
  }

  /** Ends the waiting for records that the collection does not have, and which do not match now. */
  async #releaseAbsent(): Promise<void> {
    const ids = this.versions.awaitedAbsent;
    for (let start = 0; start < ids.length; start += PAGE)
      await this.#releaseUnlessFound(ids.slice(start, start + PAGE));
  }

  async #releaseUnlessFound(ids: readonly string[]): Promise<void> {
    const { client, collection, where } = this.source;
    const filter = { _and: [{ $id: { _in: ids } }, ...(where ? [where] : [])] };
    for (let failures = 1; !this.#stop.signal.aborted; failures += 1) {
      try {
        const list = client.collection(collection).list({ where: filter, limit: PAGE, signal: this.#stop.signal });
        const found = new Set((await list.toArray()).map(({ id }) => id));
        return this.versions.release(ids.filter((id) => !found.has(id) && this.versions.get(id) === undefined));
      } catch (error) {
        if (!canReadLater(error)) return this.versions.release(ids);
        await this.#pause(error, failures);
      }
    }
  }

  async #pause(cause: unknown, failures: number): Promise<void> {
    const delay = delayAfter(cause, failures, this.#retry) ?? this.#retry.maxDelay;
    try {
      await wait(delay, this.#stop.signal, onlineAgain);
    } catch {
      // It was stopped, which the callers check.
    }
  }

  #fail(error: unknown): void {
    this.#stop.abort();
    this.status.set({ state: 'failed', error });
    if (!this.#hasRead) this.rows.markError(error);
    this.versions.release();
  }
}

/** Whether reading can succeed later: also after a timeout or a failure of the server, because it changes nothing. */
function canReadLater(error: unknown): boolean {
  return isTemporary(error) || (error instanceof HavenError && error.status >= 500);
}

function isPositionLost(error: unknown): boolean {
  return error instanceof HavenError && (error.status === 410 || POSITION_LOST.has(error.code));
}
