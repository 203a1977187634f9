import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { DeliveryQueue } from './delivery-queue.js';
import type { QueueItem } from './delivery-queue.js';

const item = (seq: number, key: string, failures: number | null = null): QueueItem => ({ seq, key, failures });
const from = (...logged: number[]) => new DeliveryQueue<QueueItem>(0, new Set(logged), []);

/** Takes all of them, as one reading of the feed. */
function read(queue: DeliveryQueue<QueueItem>, ...items: QueueItem[]): QueueItem[] {
  const held = items.filter((each) => queue.enqueue(each) === 'held');
  queue.advanceTo(items.at(-1)?.seq ?? 0);
  return held;
}

const allReady = (lineUp: DeliveryQueue<QueueItem>): number[] => {
  const ready: number[] = [];
  for (let next = lineUp.next(); next; next = lineUp.next()) ready.push(next.seq);
  return ready;
};

describe('LineUp', () => {
  it('lets those of different keys go at once, and those of one key one after the other', () => {
    const lineUp = from();
    read(lineUp, item(1, 'a'), item(2, 'a'), item(3, 'b'));
    expect(allReady(lineUp)).toEqual([1, 3]);
    lineUp.delivered(item(1, 'a'));
    expect(allReady(lineUp)).toEqual([2]);
  });

  it('is done up to the first that is not settled', () => {
    const lineUp = from();
    read(lineUp, item(2, 'a'), item(5, 'b'), item(9, 'c'));
    allReady(lineUp);
    expect(lineUp.position).toBe(1);
    lineUp.delivered(item(5, 'b'));
    expect(lineUp.position).toBe(1);
    lineUp.delivered(item(2, 'a'));
    expect(lineUp.position).toBe(8);
    lineUp.delivered(item(9, 'c'));
    expect(lineUp.position).toBe(9);
  });

  it('holds back what follows a failure of its key, and nothing else', () => {
    const lineUp = from();
    read(lineUp, item(1, 'a'), item(2, 'a'), item(3, 'b'));
    allReady(lineUp);
    expect(lineUp.failed(item(1, 'a')).map(({ seq }) => seq)).toEqual([2]);
    expect(read(lineUp, item(4, 'a'), item(5, 'b')).map(({ seq }) => seq)).toEqual([4]);
    lineUp.delivered(item(3, 'b'));
    expect(allReady(lineUp)).toEqual([5]);
    expect(lineUp.position).toBe(1);
  });

  it('lets what was held go on when nothing of its key is left before it', () => {
    const lineUp = from();
    read(lineUp, item(1, 'a'));
    allReady(lineUp);
    lineUp.failed(item(1, 'a'));
    const held = read(lineUp, item(2, 'a'), item(3, 'a'));
    lineUp.unblock('a', held);
    expect(allReady(lineUp)).toEqual([2]);
    lineUp.delivered(item(2, 'a'));
    expect(allReady(lineUp)).toEqual([3]);
  });

  it('passes over what stands in the log, and takes nothing out of it whose key is on the way', () => {
    const lineUp = from(2);
    expect(lineUp.enqueue(item(2, 'a'))).toBe('known');
    expect(lineUp.requeue(item(2, 'a', 1))).toBe(true);
    expect(lineUp.requeue(item(3, 'a', 1))).toBe(false);
  });

  it('keeps the order of each key, whatever fails and whenever it is settled', () => {
    const steps = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), fails: fc.nat(2) }), { maxLength: 40 });
    fc.assert(
      fc.property(steps, fc.infiniteStream(fc.nat()), (plan, choices) => {
        const lineUp = from();
        const fails = plan.map(({ fails }) => fails);
        const delivered: QueueItem[] = [];
        let log: QueueItem[] = []; // undelivered, in their order
        const underway: QueueItem[] = [];
        log.push(...read(lineUp, ...plan.map(({ key }, index) => item(index + 1, key))));
        lineUp.settle(log);
        while (delivered.length < plan.length) {
          for (let next = lineUp.next(); next; next = lineUp.next()) underway.push(next);
          if (underway.length === 0) {
            const due = log.find((each) => lineUp.requeue(each));
            if (!due) throw new Error('Nothing is left to do.');
            continue;
          }
          const [chosen] = underway.splice(choices.next().value! % underway.length, 1) as [QueueItem];
          const left = (fails[chosen.seq - 1] ?? 0) - 1;
          fails[chosen.seq - 1] = left;
          if (left >= 0) {
            const held = lineUp.failed(chosen);
            lineUp.settle(held);
            log = [...log.filter(({ seq }) => seq !== chosen.seq), chosen, ...held].toSorted(
              (one, other) => one.seq - other.seq,
            );
            continue;
          }
          delivered.push(chosen);
          lineUp.delivered(chosen);
          const wasLogged = log.some(({ seq }) => seq === chosen.seq);
          log = log.filter(({ seq }) => seq !== chosen.seq);
          if (wasLogged && !log.some(({ key }) => key === chosen.key)) lineUp.unblock(chosen.key, []);
        }
        for (const key of ['a', 'b', 'c']) {
          const order = delivered.filter((each) => each.key === key).map(({ seq }) => seq);
          expect(order).toEqual(order.toSorted((one, other) => one - other));
        }
        expect(lineUp.position).toBe(plan.length);
        expect(lineUp.isEmpty).toBe(true);
      }),
    );
  });
});
