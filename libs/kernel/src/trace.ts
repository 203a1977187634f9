/** Receives measurements of the work that is done for one request. */
export interface Trace {
  /** Records a round trip to the database: its start and end (`performance.now()`), and its error if it failed. */
  recordStatement(operation: string, from: number, to: number, error?: Error): void;
}
