import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { DeliveryQueue } from './delivery-queue.js';
import type { QueueItem } from './delivery-queue.js';

const item = (seq: number, key: string, failures: number | null = null): QueueItem => ({ seq, key, failures });
const createQueue = (...logged: number[]) => new DeliveryQueue<QueueItem>(0, new Set(logged), []);

/** Enqueues the items as one page of the feed, and returns the held ones. */
function read(queue: DeliveryQueue<QueueItem>, ...items: QueueItem[]): QueueItem[] {
  const held = items.filter((each) => queue.enqueue(each) === 'held');
  queue.advanceTo(items.at(-1)?.seq ?? 0);
  return held;
}

const takeReady = (queue: DeliveryQueue<QueueItem>): number[] => {
  const ready: number[] = [];
  for (let next = queue.next(); next; next = queue.next()) ready.push(next.seq);
  return ready;
};

describe('DeliveryQueue', () => {
  it('sends messages with different keys concurrently, and those with the same key one at a time', () => {
    const queue = createQueue();
    read(queue, item(1, 'a'), item(2, 'a'), item(3, 'b'));
    expect(takeReady(queue)).toEqual([1, 3]);
    queue.delivered(item(1, 'a'));
    expect(takeReady(queue)).toEqual([2]);
  });

  it('has its position before the first message that is not settled', () => {
    const queue = createQueue();
    read(queue, item(2, 'a'), item(5, 'b'), item(9, 'c'));
    takeReady(queue);
    expect(queue.position).toBe(1);
    queue.delivered(item(5, 'b'));
    expect(queue.position).toBe(1);
    queue.delivered(item(2, 'a'));
    expect(queue.position).toBe(8);
    queue.delivered(item(9, 'c'));
    expect(queue.position).toBe(9);
  });

  it('holds the messages that follow a failed one with the same key, and no others', () => {
    const queue = createQueue();
    read(queue, item(1, 'a'), item(2, 'a'), item(3, 'b'));
    takeReady(queue);
    expect(queue.failed(item(1, 'a')).map(({ seq }) => seq)).toEqual([2]);
    expect(read(queue, item(4, 'a'), item(5, 'b')).map(({ seq }) => seq)).toEqual([4]);
    queue.delivered(item(3, 'b'));
    expect(takeReady(queue)).toEqual([5]);
    expect(queue.position).toBe(1);
  });

  it('sends held messages once no earlier one with their key is undelivered', () => {
    const queue = createQueue();
    read(queue, item(1, 'a'));
    takeReady(queue);
    queue.failed(item(1, 'a'));
    const held = read(queue, item(2, 'a'), item(3, 'a'));
    queue.unblock('a', held);
    expect(takeReady(queue)).toEqual([2]);
    queue.delivered(item(2, 'a'));
    expect(takeReady(queue)).toEqual([3]);
  });

  it('skips messages that are in the log, and requeues none whose key is in flight', () => {
    const queue = createQueue(2);
    expect(queue.enqueue(item(2, 'a'))).toBe('logged');
    expect(queue.requeue(item(2, 'a', 1))).toBe(true);
    expect(queue.requeue(item(3, 'a', 1))).toBe(false);
  });

  it('keeps the order of each key, whichever attempts fail and in whatever order they end', () => {
    const steps = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), fails: fc.nat(2) }), { maxLength: 40 });
    fc.assert(
      fc.property(steps, fc.infiniteStream(fc.nat()), (plan, choices) => {
        const queue = createQueue();
        const fails = plan.map(({ fails }) => fails);
        const delivered: QueueItem[] = [];
        let log: QueueItem[] = []; // undelivered, in the order of the feed
        const inFlight: QueueItem[] = [];
        log.push(...read(queue, ...plan.map(({ key }, index) => item(index + 1, key))));
        queue.settle(log);
        while (delivered.length < plan.length) {
          for (let next = queue.next(); next; next = queue.next()) inFlight.push(next);
          if (inFlight.length === 0) {
            const due = log.find((each) => queue.requeue(each));
            if (!due) throw new Error('The queue is stuck: no message is in flight or due.');
            continue;
          }
          const [chosen] = inFlight.splice(choices.next().value! % inFlight.length, 1) as [QueueItem];
          const left = (fails[chosen.seq - 1] ?? 0) - 1;
          fails[chosen.seq - 1] = left;
          if (left >= 0) {
            const held = queue.failed(chosen);
            queue.settle(held);
            log = [...log.filter(({ seq }) => seq !== chosen.seq), chosen, ...held].toSorted(
              (one, other) => one.seq - other.seq,
            );
            continue;
          }
          delivered.push(chosen);
          queue.delivered(chosen);
          const wasLogged = log.some(({ seq }) => seq === chosen.seq);
          log = log.filter(({ seq }) => seq !== chosen.seq);
          if (wasLogged && !log.some(({ key }) => key === chosen.key)) queue.unblock(chosen.key, []);
        }
        for (const key of ['a', 'b', 'c']) {
          const order = delivered.filter((each) => each.key === key).map(({ seq }) => seq);
          expect(order).toEqual(order.toSorted((one, other) => one - other));
        }
        expect(queue.position).toBe(plan.length);
        expect(queue.isEmpty).toBe(true);
      }),
    );
  });
});
