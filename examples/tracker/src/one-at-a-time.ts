/**
 * Returns a function that runs a task. While it runs, further calls do not start another run, but one more after it, so
 * that the last run has seen everything. The task handles its errors.
 */
export function oneAtATime(task: () => Promise<void>): () => void {
  let calls = 0;
  async function run(): Promise<void> {
    for (let seen = 0; seen !== calls;) {
      seen = calls;
      await task();
    }
    calls = 0;
  }
  return () => {
    calls += 1;
    if (calls === 1) void run();
  };
}
