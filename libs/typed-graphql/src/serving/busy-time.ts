import { EventLoopTurn } from '@haven/kernel';

/** Runs steps in as many turns of the event loop as they need, and measures how long they kept the process busy. */
export class BusyTime {
  milliseconds = 0;

  async runInTurns<Value>(steps: Generator<undefined, Value>): Promise<Value> {
    const turn = new EventLoopTurn();
    let from = performance.now();
    for (let step = steps.next(); ; step = steps.next()) {
      const isLong = turn.isLong || step.done;
      if (isLong) this.milliseconds += performance.now() - from;
      if (step.done) return step.value;
      if (!isLong) continue;
      await turn.pause();
      from = performance.now();
    }
  }
}
