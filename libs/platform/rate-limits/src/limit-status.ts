/** How a limit stands for somebody after a cost was taken, or was not because there was not enough left. */
export interface LimitStatus {
  readonly passed: boolean;
  readonly remaining: number;
  /** Milliseconds until all of it is there again. */
  readonly resetsIn: number;
}
