import { describe, expect, it } from 'vitest';

import { WindowCounter } from './window-counter.js';

describe('a window', () => {
  it('begins with the first cost, gives so much, and takes nothing for what it refuses', () => {
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

  it('has again what is given back, and no more than that', () => {
    const counter = new WindowCounter(10, 1_000, () => 0);
    counter.take('a', 6);
    counter.refund('a', 4);
    expect(counter.take('a', 0).remaining).toBe(8);
    counter.refund('a', 100);
    counter.refund('never seen', 1);
    expect(counter.take('a', 0).remaining).toBe(10);
  });
});
