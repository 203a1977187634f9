import { WakeableTimer } from '@haven/database';

/**
 * A loop that does some things at once, each one at a time, and rests until one of them is done, it is woken, or time is up.
 */
export abstract class TaskLoop {
  private readonly tasks = new Map<string, Promise<void>>();
  private failure: { error: unknown } | undefined;
  private readonly timer = new WakeableTimer();

  /** Ends the rest that goes on, or else the next. */
  wake(): void {
    this.timer.wake();
  }

  /** Begins this, unless something of the name is under way. */
  protected startTask(name: string, work: (() => Promise<void>) | undefined): void {
    if (!work || this.tasks.has(name)) return;
    const task = work()
      .catch((error: unknown) => this.fail(error))
      .finally(() => {
        this.tasks.delete(name);
        this.wake();
      });
    this.tasks.set(name, task);
  }

  /** The next rest fails with this. */
  protected fail(error: unknown): void {
    this.failure ??= { error };
    this.wake();
  }

  /** Whether something is under way, or something of this name. */
  protected isRunning(name?: string): boolean {
    return name === undefined ? this.tasks.size > 0 : this.tasks.has(name);
  }

  /** Resolves when nothing is under way; fails if something has failed. */
  protected async tasksSettled(): Promise<void> {
    await Promise.all(this.tasks.values());
    if (this.failure) throw this.failure.error;
  }

  /** Answers whether it was woken before the time was up. */
  protected async sleep(milliseconds: number): Promise<boolean> {
    const woken = await this.timer.wait(milliseconds);
    if (this.failure) throw this.failure.error;
    return woken;
  }
}
