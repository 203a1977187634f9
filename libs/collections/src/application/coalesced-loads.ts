/** A load that is running. */
interface Load<Value> {
  readonly result: Promise<Value>;
  isCurrent: boolean;
}

/** Starts a load. It can ask whether a change has been reported since it started. */
type StartLoad<Value> = (isCurrent: () => boolean) => Promise<Value>;

/**
 * Runs at most one load for each key at a time. Callers who need a value as of now share the next load, because the one
 * that is running may have read the value before.
 */
export class CoalescedLoads<Value> {
  private readonly running = new Map<string, Load<Value>>();
  private readonly next = new Map<string, Promise<Value>>();

  /** Returns the result of the load that is running, or starts one. Starts one if a change has been reported. */
  join(key: string, load: StartLoad<Value>): Promise<Value> {
    const running = this.running.get(key);
    return running?.isCurrent ? running.result : this.start(key, load);
  }

  /** Returns the result of a load that starts after this call. */
  start(key: string, load: StartLoad<Value>): Promise<Value> {
    const running = this.running.get(key);
    if (!running) return this.run(key, load);
    const waiting = this.next.get(key);
    if (waiting) return waiting;
    const next = running.result.then(ignore, ignore).then(() => {
      this.next.delete(key);
      return this.run(key, load);
    });
    this.next.set(key, next);
    return next;
  }

  /** Reports a change: the load that is running may have read the value before it. */
  outdate(key: string): void {
    const running = this.running.get(key);
    if (running) running.isCurrent = false;
  }

  private run(key: string, start: StartLoad<Value>): Promise<Value> {
    const load: Load<Value> = { isCurrent: true, result: start(() => load.isCurrent) };
    this.running.set(key, load);
    const end = () => void (this.running.get(key) === load && this.running.delete(key));
    load.result.then(end, end);
    return load.result;
  }
}

function ignore(): void {
  // The caller of the load gets its error.
}
