/** The state of a limit for one key after an attempt to take a cost; `passed` is whether enough was left. */
export interface LimitStatus {
  readonly passed: boolean;
  readonly remaining: number;
  /** Time until the full quota is available again, in milliseconds. */
  readonly resetsIn: number;
}
