import { setImmediate } from 'node:timers/promises';

/** Time after which work on many items lets other requests run. */
const MAX_TURN_MS = 10;

/**
 * Divides synchronous work on many items into turns of the event loop. Call `pause` between two items:
 *
 *     const turn = new EventLoopTurn();
 *     for (const item of items) {
 *       if (turn.isLong) await turn.pause();
 *       work(item);
 *     }
 */
export class EventLoopTurn {
  private startedAt = performance.now();

  /** Whether the work has used the event loop for so long that it should pause before the next item. */
  get isLong(): boolean {
    return performance.now() - this.startedAt > MAX_TURN_MS;
  }

  /** Continues in a later turn, after the events that are waiting have been handled. */
  async pause(): Promise<void> {
    await setImmediate();
    this.startedAt = performance.now();
  }
}
