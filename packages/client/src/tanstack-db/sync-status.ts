/**
 * Whether a collection follows Haven. `loading`: its records are being read. `live`: it shows changes as they happen.
 * `offline`: the connection was lost, and is opened again after a delay. `failed`: it has stopped, because of an error
 * that a new attempt does not change.
 */
export type SyncStatus =
  | { readonly state: 'stopped' | 'loading' | 'live' }
  | { readonly state: 'offline'; readonly error?: unknown }
  | { readonly state: 'failed'; readonly error: unknown };

/** Keeps the status of a collection, and calls listeners when it changes. */
export class StatusSubject {
  #current: SyncStatus = { state: 'stopped' };
  readonly #listeners = new Set<(status: SyncStatus) => void>();

  get current(): SyncStatus {
    return this.#current;
  }

  set(status: SyncStatus): void {
    this.#current = status;
    for (const listener of this.#listeners) listener(status);
  }

  /** Calls the listener with each new status. Returns a function that ends this. */
  subscribe(listener: (status: SyncStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
