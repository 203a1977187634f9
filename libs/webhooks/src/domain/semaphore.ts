/** Room for so many at once; whoever finds none is told when there may be. */
export class Semaphore {
  private used = 0;
  private readonly waiting = new Set<() => void>();

  /** With a parent, room is needed in both. */
  constructor(
    private readonly max: number,
    private readonly parent?: Semaphore,
  ) {}

  /** Takes a place, or has `free` called once when there may be one. */
  tryAcquire(free: () => void): boolean {
    if (this.used >= this.max) {
      this.waiting.add(free);
      return false;
    }
    if (this.parent && !this.parent.tryAcquire(free)) return false;
    this.used++;
    return true;
  }

  release(): void {
    this.used--;
    this.parent?.release();
    const woken = [...this.waiting];
    this.waiting.clear();
    for (const free of woken) free(); // whoever is too late waits again, behind the others
  }
}
