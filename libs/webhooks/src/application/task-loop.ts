import { WakeableTimer } from '@haven/database';

/**
 * Base of a loop that runs named tasks in the background and sleeps in between. Tasks with different names run
 * concurrently, at most one per name. The sleep ends when a task ends or `wake` is called. If a task fails, the next
 * call of `sleep` or `tasksSettled` throws the first error.
 */
export abstract class TaskLoop {
  private readonly tasks = new Map<string, Promise<void>>();
  private failure: { error: unknown } | undefined;
  private readonly timer = new WakeableTimer();

  /** Ends the current sleep; if there is none, the next one returns at once. */
  wake(): void {
    this.timer.wake();
  }

  /** Starts a task, unless there is no work or a task of this name is running. */
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

  /** Makes the next `sleep` or `tasksSettled` throw `error`. */
  protected fail(error: unknown): void {
    this.failure ??= { error };
    this.wake();
  }

  /** Whether the task of this name is running; without a name, whether any is. */
  protected isRunning(name?: string): boolean {
    return name === undefined ? this.tasks.size > 0 : this.tasks.has(name);
  }

  /** Waits for all tasks to end, and throws the first error. */
  protected async tasksSettled(): Promise<void> {
    await Promise.all(this.tasks.values());
    if (this.failure) throw this.failure.error;
  }

  /** Sleeps. Returns whether it was woken before the time had passed. */
  protected async sleep(milliseconds: number): Promise<boolean> {
    const woken = await this.timer.wait(milliseconds);
    if (this.failure) throw this.failure.error;
    return woken;
  }
}
