interface Waiter {
  version: number;
  resolve: () => void;
}

/** Knows which version of each record the local collection has, and resolves the promises of those who wait for one. */
export class ShownVersions {
  readonly #current = new Map<string, number>();
  /** Versions with which records left the collection. They are kept only while a write is in progress. */
  readonly #removed = new Map<string, number>();
  readonly #waiters = new Map<string, Waiter[]>();
  #writes = 0;

  /** The version that the local collection has; undefined if it does not have the record. */
  get(id: string): number | undefined {
    return this.#current.get(id);
  }

  /** Ids of records that a caller waits for and that the collection does not have. */
  get awaitedAbsent(): string[] {
    return [...this.#waiters.keys()].filter((id) => !this.#current.has(id));
  }

  set(id: string, version: number): void {
    this.#current.set(id, version);
    this.#settle(id, version);
  }

  remove(id: string, version: number): void {
    this.#current.delete(id);
    if (this.#writes > 0) this.#removed.set(id, version);
    this.#settle(id, version);
  }

  /** Replaces all versions by those of records that were read. */
  replace(records: readonly { id: string; version: number }[]): void {
    this.#current.clear();
    for (const { id, version } of records) this.set(id, version);
  }

  writeStarted(): void {
    this.#writes += 1;
  }

  writeEnded(): void {
    this.#writes -= 1;
    if (this.#writes === 0) this.#removed.clear();
  }

  has(id: string, version: number): boolean {
    return (this.#current.get(id) ?? this.#removed.get(id) ?? 0) >= version;
  }

  /** Resolves when the local collection has this version of a record or a newer one, or has removed it. */
  wait(id: string, version: number): Promise<void> {
    if (this.has(id, version)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiters.set(id, [...(this.#waiters.get(id) ?? []), { version, resolve }]);
    });
  }

  /** Ends all waiting for a record, or for all of them. */
  release(ids: Iterable<string> = [...this.#waiters.keys()]): void {
    for (const id of ids) this.#settle(id, Number.POSITIVE_INFINITY);
  }

  #settle(id: string, version: number): void {
    const waiters = this.#waiters.get(id);
    if (!waiters) return;
    const rest = waiters.filter((waiter) => waiter.version > version);
    if (rest.length > 0) this.#waiters.set(id, rest);
    else this.#waiters.delete(id);
    for (const waiter of waiters) if (waiter.version <= version) waiter.resolve();
  }
}
