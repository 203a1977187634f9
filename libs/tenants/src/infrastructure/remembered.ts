import { LRUCache } from 'lru-cache';

import { HavenError } from '@haven/kernel';

import type { Finding } from '../domain/directory.js';

/** What is remembered of a thing, and since when. */
interface Entry<Value> {
  readonly value: Value;
  readonly ending: AbortController;
  readonly over: AbortSignal;
  checkedAt: number;
}

/** Looks things up by their ids; what is not there is left out. */
type Load<Value> = (ids: readonly string[]) => Promise<ReadonlyMap<string, Value>>;

const MOST = 10_000;
/** What is not there may be soon, and nobody is to fill the memory by asking for it. */
const NOTHING = { max: 1_000, ttl: 1_000 };
/** Whatever happens to the news: nothing is believed for longer. */
const BELIEVED_MS = 60_000;

/**
 * Things of the database by their ids, remembered so that knowing them costs no query, and looked up anew as soon as it is
 * said that one has changed, or that something may have been missed.
 */
export class Remembered<Value> {
  private readonly known = new LRUCache<string, Entry<Value>>({
    max: MOST,
    dispose: (known, _id, reason) => {
      if (reason === 'evict') known.ending.abort(FORGOTTEN);
    },
  });
  private readonly unknown = new LRUCache<string, true>(NOTHING);
  private readonly loading = new Map<string, Promise<Entry<Value> | undefined>>();
  private news = 0;

  /** `succeeds` tells whether what was let in as the first may stay now that it is the second. */
  constructor(
    private readonly load: Load<Value>,
    private readonly succeeds: (before: Value, after: Value) => boolean,
    private readonly ended: () => HavenError,
  ) {}

  /** The thing, at once if it is remembered; undefined if there is none. */
  get(id: string): Finding<Value> {
    const known = this.known.get(id);
    if (known) {
      if (Date.now() - known.checkedAt > BELIEVED_MS) return this.lookUp(id);
      return known;
    }
    return this.unknown.has(id) ? undefined : this.lookUp(id);
  }

  /** The thing has changed, and whoever asks for it from now on waits for what it is; without an id, any may have. */
  async changed(id?: string): Promise<void> {
    this.news++;
    this.unknown.clear();
    const ids = id === undefined ? [...this.known.keys()] : this.known.has(id) ? [id] : [];
    if (id !== undefined) this.doubt(ids);
    if (ids.length > 0) await this.refresh(ids);
  }

  private lookUp(id: string): Promise<Entry<Value> | undefined> {
    const underway = this.loading.get(id);
    if (underway) return underway;
    const looking = this.refresh([id])
      .then(() => this.known.get(id))
      .finally(() => this.loading.delete(id));
    this.loading.set(id, looking);
    return looking;
  }

  /** What changes while it is looked up is looked up again. */
  private async refresh(ids: readonly string[]): Promise<void> {
    for (;;) {
      const before = this.news;
      const found = await this.load(ids).catch((error: unknown) => {
        this.doubt(ids);
        throw error;
      });
      if (before !== this.news) continue;
      for (const id of ids) this.take(id, found.get(id));
      return;
    }
  }

  /** These are not believed until they have been looked up. */
  private doubt(ids: readonly string[]): void {
    for (const id of ids) {
      const known = this.known.get(id);
      if (known) known.checkedAt = 0;
    }
  }

  private take(id: string, value: Value | undefined): void {
    const known = this.known.get(id);
    if (value === undefined) {
      this.known.delete(id);
      this.unknown.set(id, true);
      known?.ending.abort(this.ended());
      return;
    }
    const stays = known !== undefined && this.succeeds(known.value, value);
    const ending = stays ? known.ending : new AbortController();
    this.known.set(id, { value, ending, over: ending.signal, checkedAt: Date.now() });
    if (known && !stays) known.ending.abort(this.ended());
  }
}

const FORGOTTEN = new HavenError('UNAVAILABLE', 'Too many keys are in use at once; connect again.', { retryAfter: 1 });
