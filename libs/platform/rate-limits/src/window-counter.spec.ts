import { describe, expect, it } from 'vitest';

import { WindowCounter } from './window-counter.js';

describe('WindowCounter', () => {
  it('starts a window with the first cost, and takes nothing for refused costs', () => {
    let now = 500;
    const counter = new WindowCounter(10, 1_000, () => now);
    expect(counter.take('a', 6)).toEqual({ passed: true, remaining: 4, resetsIn: 1_000 });
    now = 900;
    expect(counter.take('a', 5)).toEqual({ passed: false, remaining: 4, resetsIn: 600 });
    expect(counter.take('b', 5)).toEqual({ passed: true, remaining: 5, resetsIn: 1_000 });
    expect(counter.take('a', 4)).toEqual({ passed: true, remaining: 0, resetsIn: 600 });
    now = 1_500;
    expect(counter.take('a', 1)).toEqual({ passed: true, remaining: 9, resetsIn: 1_000 });
    expect(counter.take('b', 5)).toEqual({ passed: true, remaining: 0, resetsIn: 400 });
  });

  it('refunds costs, up to the whole quota', () => {
    const counter = new WindowCounter(10, 1_000, () => 0);
    counter.take('a', 6);
    counter.refund('a', 4);
    expect(counter.take('a', 0).remaining).toBe(8);
    counter.refund('a', 100);
    counter.refund('never seen', 1);
    expect(counter.take('a', 0).remaining).toBe(10);
  });

  it('prolongs the window by work that is charged afterwards, by at most its own length', () => {
    let now = 0;
    const counter = new WindowCounter(10, 1_000, () => now);
    counter.take('a', 4);
    counter.debit('a', 5);
    expect(counter.take('a', 0)).toEqual({ passed: true, remaining: 1, resetsIn: 1_000 });
    now = 900;
    counter.debit('a', 6);
    expect(counter.take('a', 1)).toEqual({ passed: false, remaining: 0, resetsIn: 500 });
    counter.debit('a', 1_000_000);
    expect(counter.take('a', 1)).toEqual({ passed: false, remaining: 0, resetsIn: 1_000 });
    now = 1_900;
    expect(counter.take('a', 1)).toEqual({ passed: true, remaining: 9, resetsIn: 1_000 });
  });
});
