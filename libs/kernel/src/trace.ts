/** What is told of the work that is done for one request. */
export interface Trace {
  /** A round trip to the database, from and to when by the clock of `performance`, and how it failed if it did. */
  recordStatement(operation: string, from: number, to: number, error?: Error): void;
}
