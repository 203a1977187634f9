/** Limits concurrency. A caller that gets no slot is notified when one may be free. */
export class Semaphore {
  private used = 0;
  private readonly waiting = new Set<() => void>();

  /** If there is a parent, `tryAcquire` needs a free slot in this semaphore and in the parent. */
  constructor(
    private readonly max: number,
    private readonly parent?: Semaphore,
  ) {}

  /** Acquires a slot and returns true. Otherwise `onFree` is called once, when a slot may be free. */
  tryAcquire(onFree: () => void): boolean {
    if (this.used >= this.max) {
      this.waiting.add(onFree);
      return false;
    }
    if (this.parent && !this.parent.tryAcquire(onFree)) return false;
    this.used++;
    return true;
  }

  release(): void {
    this.used--;
    this.parent?.release();
    const woken = [...this.waiting];
    this.waiting.clear();
    for (const onFree of woken) onFree(); // a caller that again gets no slot is added to `waiting` again
  }
}
