/** Time in which a message is written once, in milliseconds. */
const INTERVAL_MS = 60_000;

/** Maximum number of different messages that are counted. Beyond it, the oldest is written and removed. */
const MAX_MESSAGES = 1_000;

interface Repetition {
  omitted: number;
  /** Writes the message that was omitted last. */
  write: (omitted: number) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Writes a message that is repeated once a minute. A message that was omitted in a minute is written at its end, with
 * the number of those that were omitted.
 */
export class RepeatLimit {
  private readonly repetitions = new Map<string, Repetition>();

  /** Calls `write` now or at the end of the minute. Messages with the same key count as the same message. */
  write(key: string, write: Repetition['write']): void {
    const known = this.repetitions.get(key);
    if (known) {
      known.omitted++;
      known.write = write;
      return;
    }
    const [oldest] = this.repetitions.keys();
    if (oldest !== undefined && this.repetitions.size >= MAX_MESSAGES) this.forget(oldest);
    const timer = setInterval(() => this.report(key), INTERVAL_MS).unref();
    this.repetitions.set(key, { omitted: 0, write, timer });
    write(0);
  }

  /** Writes the messages that were omitted. */
  flush(): void {
    for (const key of this.repetitions.keys()) this.forget(key);
  }

  private report(key: string): void {
    const known = this.repetitions.get(key);
    if (!known || known.omitted === 0) return this.forget(key);
    known.write(known.omitted);
    known.omitted = 0;
  }

  private forget(key: string): void {
    const known = this.repetitions.get(key);
    if (!known) return;
    this.repetitions.delete(key);
    clearInterval(known.timer);
    if (known.omitted > 0) known.write(known.omitted);
  }
}
