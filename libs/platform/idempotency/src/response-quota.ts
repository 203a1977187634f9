import type { Caller } from '@haven/kernel';

/** Limits how many bytes the stored responses of a tenant take up. Implemented by `libs/usage`. */
export abstract class ResponseQuota {
  /** Fails with `QUOTA_EXCEEDED` if the tenant has no space left for another response. */
  abstract requireSpace(caller: Caller): void | Promise<void>;

  /** Counts a response that the open transaction stores. */
  abstract stored(caller: Caller, bytes: number): void;
}
