import { describe, expect, it } from 'vitest';

import { FeedProgress } from './feed-progress.js';

describe('the progress of the feed', () => {
  it('is measured from the first observation of the lowest waiting position', () => {
    const progress = new FeedProgress();
    expect(progress.stalledFor(1_000)).toBe(0);
    progress.observe(5n, 1_000);
    progress.observe(5n, 7_000);
    expect(progress.stalledFor(9_000)).toBe(8_000);
  });

  it('starts again when the lowest position has entered the feed, although others wait', () => {
    const progress = new FeedProgress();
    progress.observe(5n, 1_000);
    progress.observe(9n, 7_000);
    expect(progress.stalledFor(9_000)).toBe(2_000);
  });

  it('does not start again when a lower position becomes visible, because its transaction has committed late', () => {
    const progress = new FeedProgress();
    progress.observe(5n, 1_000);
    progress.observe(3n, 7_000);
    expect(progress.stalledFor(9_000)).toBe(8_000);
  });

  it('ends when no events wait', () => {
    const progress = new FeedProgress();
    progress.observe(5n, 1_000);
    progress.observe(undefined, 7_000);
    expect(progress.stalledFor(99_000)).toBe(0);
    progress.observe(6n, 99_000);
    expect(progress.stalledFor(99_000)).toBe(0);
  });
});
