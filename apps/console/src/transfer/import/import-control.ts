/** Stops an import, and lets it continue. */
export class ImportControl {
  private controller = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private proceed: () => void = () => undefined;
  private refuse: (reason: Error) => void = () => undefined;

  /** Ends the requests of the import when it is stopped. Each continuation has a signal of its own. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Resolves while the import runs. Rejects when it is ended, so that it does not continue. */
  whenRunning(): Promise<void> {
    return this.running;
  }

  stop(): void {
    if (this.signal.aborted) return;
    this.running = new Promise((resolve, reject) => {
      this.proceed = resolve;
      this.refuse = reject;
    });
    this.running.catch(() => undefined); // the import may not wait for it yet
    this.controller.abort();
  }

  continue(): void {
    this.controller = new AbortController();
    this.proceed();
  }

  end(): void {
    this.stop();
    this.refuse(new Error('The import was ended.'));
  }
}
