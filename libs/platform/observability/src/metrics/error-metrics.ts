import { catalogue } from '@haven/kernel';
import type { ErrorCode } from '@haven/kernel';

import { counter } from './instrument.js';
import type { Metrics } from './metrics.js';
import type { LabeledSeries, Counter } from './series.js';

const ERRORS = counter('haven.errors', {
  unit: '{error}',
  description: 'Errors in responses of both APIs; each error of a GraphQL response counts.',
  labels: { 'error.type': 'a code of the [catalogue](errors.md)' },
});
const CONFLICTS = counter('haven.conflicts', {
  unit: '{error}',
  description: 'Errors that report a conflict with the current state: all errors with status 409 or 412.',
  labels: { 'error.type': 'a code of the [catalogue](errors.md), such as `VERSION_CONFLICT`' },
});
const DENIALS = counter('haven.rate_limit.denials', {
  unit: '{request}',
  description: 'Requests and operations that were refused by a rate limit, counted once for each exceeded limit.',
  labels: { 'haven.limit': '`address`, `key`, `tenant` or `concurrency`' },
});

/**
 * Codes whose counters are exported from the start, with the value 0. Prometheus sees no increase in a series that
 * begins with 1, so an alert would miss the first failure.
 */
const FAILURES = Object.entries(catalogue).flatMap(([code, { status }]) => (status >= 500 ? [code] : []));

/** The parts of an error that are counted, for both APIs. */
interface CountedError {
  readonly code: ErrorCode;
  readonly violatedPolicies?: readonly string[] | undefined;
}

/** Counts the errors in responses. */
export class ErrorMetrics {
  private readonly errors: LabeledSeries<Counter>;
  private readonly conflicts: LabeledSeries<Counter>;
  private readonly denials: LabeledSeries<Counter>;

  constructor(metrics: Metrics) {
    this.errors = metrics.counter(ERRORS);
    this.conflicts = metrics.counter(CONFLICTS);
    this.denials = metrics.counter(DENIALS);
    for (const code of FAILURES) this.errors.of({ 'error.type': code });
  }

  count({ code, violatedPolicies = [] }: CountedError): void {
    const { status } = catalogue[code];
    this.errors.of({ 'error.type': code }).add();
    if (status === 409 || status === 412) this.conflicts.of({ 'error.type': code }).add();
    for (const policy of violatedPolicies) this.denials.of({ 'haven.limit': policy }).add();
  }
}
