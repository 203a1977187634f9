import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { BackgroundTask } from './background-task.js';
import type { BackgroundWork } from './background-task.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Creates a task, with spies for its runs, its log and its failure counter. */
function taskOf({ run, interval = 10_000 }: Partial<BackgroundWork> = {}) {
  const warn = vi.fn<(message: unknown, context?: string) => void>();
  const add = vi.fn<(amount?: number) => void>();
  const runs = vi.fn<BackgroundWork['run']>(run ?? (async () => undefined));
  const task = new BackgroundTask({ name: 'test', failure: 'It failed', interval, run: runs }, { warn }, { add });
  return { task, runs, warn, add };
}

describe('a background task', () => {
  it('runs at once, and again after the interval', async () => {
    const { task, runs } = taskOf();
    task.start();
    task.start();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(runs).toHaveBeenCalledTimes(3);
    await task.stop();
  });

  it('begins after a delay', async () => {
    const { task, runs } = taskOf();
    task.start(500);
    await vi.advanceTimersByTimeAsync(499);
    expect(runs).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(runs).toHaveBeenCalledTimes(1);
    await task.stop();
  });

  it('waits as long as the run returns', async () => {
    const waits = [0, 50, undefined];
    const { task, runs } = taskOf({ run: async () => waits.shift() });
    task.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(runs).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(50);
    expect(runs).toHaveBeenCalledTimes(3);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(runs).toHaveBeenCalledTimes(3);
    await task.stop();
  });

  it('evaluates the interval after each run', async () => {
    const intervals = [100, 200];
    const { task, runs } = taskOf({ interval: () => intervals.shift() ?? Infinity });
    task.start();
    await vi.advanceTimersByTimeAsync(300);
    expect(runs).toHaveBeenCalledTimes(3);
    await task.stop();
  });

  it('runs at once when it is woken, and once more when that happens during a run', async () => {
    const { task, runs } = taskOf({ interval: Infinity });
    task.start();
    await vi.advanceTimersByTimeAsync(0);
    task.wake();
    task.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(runs).toHaveBeenCalledTimes(2);
    runs.mockImplementationOnce(async () => task.wake());
    task.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(runs).toHaveBeenCalledTimes(4);
    await task.stop();
  });

  it('never runs twice at the same time', async () => {
    const running = Promise.withResolvers<void>();
    const { task, runs } = taskOf({ run: () => running.promise, interval: 1 });
    task.start();
    task.wake();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(runs).toHaveBeenCalledTimes(1);
    running.resolve();
    await task.stop();
  });
});

describe('stopping a background task', () => {
  it('ends its wait', async () => {
    const { task, runs } = taskOf();
    task.start();
    await vi.advanceTimersByTimeAsync(1);
    await task.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(runs).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('aborts the run and waits for its end', async () => {
    const finish = Promise.withResolvers<void>();
    const signals: AbortSignal[] = [];
    const { task, runs } = taskOf({
      run: (signal) => {
        signals.push(signal);
        return finish.promise;
      },
    });
    task.start();
    let hasStopped = false;
    const stopped = task.stop().then(() => (hasStopped = true));
    await vi.advanceTimersByTimeAsync(1_000);
    expect([signals[0]?.aborted, hasStopped]).toEqual([true, false]);
    finish.resolve();
    await stopped;
    expect(runs).toHaveBeenCalledTimes(1);
  });

  it('does not count as a failure, even if the run rejects', async () => {
    const { task, warn, add } = taskOf({
      run: (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    });
    task.start();
    await task.stop();
    expect([warn, add].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
  });

  it('does nothing before the start or when repeated, and the task can start again', async () => {
    const { task, runs } = taskOf();
    await task.stop();
    task.start();
    await task.stop();
    await task.stop();
    task.start();
    expect(runs).toHaveBeenCalledTimes(2);
    await task.stop();
  });
});

describe('a background task that fails', () => {
  it('is retried after a delay that doubles, up to the interval', async () => {
    const { task, runs, add } = taskOf({ run: () => Promise.reject(new Error('no')), interval: 3_000 });
    task.start();
    await vi.advanceTimersByTimeAsync(999);
    expect(runs).toHaveBeenCalledTimes(1);
    for (const [delay, count] of [
      [1, 2],
      [2_000, 3],
      [3_000, 4],
      [3_000, 5],
    ] as const) {
      await vi.advanceTimersByTimeAsync(delay);
      expect(runs).toHaveBeenCalledTimes(count);
    }
    expect(add).toHaveBeenCalledTimes(5);
    await task.stop();
  });

  it('logs consecutive identical failures once, and again after a successful run', async () => {
    const outcomes = ['one', 'one', 'two', '', 'two'];
    const { task, warn, add } = taskOf({
      run: async () => {
        const outcome = outcomes.shift();
        if (outcome) throw new Error(outcome);
      },
      interval: 100,
    });
    task.start();
    await vi.advanceTimersByTimeAsync(400);
    expect(warn.mock.calls).toEqual([
      ['It failed: Error: one', 'test'],
      ['It failed: Error: two', 'test'],
      ['It failed: Error: two', 'test'],
    ]);
    expect(add).toHaveBeenCalledTimes(4);
    await task.stop();
  });

  it('starts with the shortest delay again after a successful run', async () => {
    const outcomes = [false, false, true, false, true];
    const { task, runs } = taskOf({
      run: async () => {
        if (!outcomes.shift()) throw new Error('no');
        return 0.5;
      },
    });
    task.start();
    await vi.advanceTimersByTimeAsync(3_001);
    expect(runs).toHaveBeenCalledTimes(4);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(runs.mock.calls.length).toBeGreaterThan(4);
    await task.stop();
  });

  it('reports a failure that does not end the run', async () => {
    const { task, warn, add } = taskOf();
    task.report(new Error('no'), 'A part failed');
    expect(warn).toHaveBeenCalledWith('A part failed: Error: no', 'test');
    expect(add).toHaveBeenCalledTimes(1);
  });
});
