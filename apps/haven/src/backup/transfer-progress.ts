/** Is notified of the progress of a backup or a restore. */
export interface TransferProgress {
  /** A step begins. `total` estimates the units that `advance` counts; 0 means that the step has none. */
  begin(step: string, total: number): void;
  advance(units: number): void;
}

/** For callers that do not show progress. */
export const NO_PROGRESS: TransferProgress = { begin: () => undefined, advance: () => undefined };
