import { catalogue } from '@haven/kernel';
import type { ErrorCode } from '@haven/kernel';

import { counter } from './instrument.js';
import type { Metrics } from './metrics.js';
import type { LabeledSeries, Counter } from './series.js';

const ERRORS = counter('haven.errors', {
  unit: '{error}',
  description: 'Errors that were answered, of both doors; of a GraphQL answer each error counts.',
  labels: { 'error.type': 'a code of the [catalogue](errors.md)' },
});
const CONFLICTS = counter('haven.conflicts', {
  unit: '{error}',
  description: 'Those of the errors that tell of somebody else who came first: all with status 409 or 412.',
  labels: { 'error.type': 'a code of the [catalogue](errors.md), such as `VERSION_CONFLICT`' },
});
const DENIALS = counter('haven.rate_limit.denials', {
  unit: '{request}',
  description: 'Requests and operations that a rate limit did not allow; once for each limit that was in the way.',
  labels: { 'haven.limit': '`address`, `key`, `tenant` or `concurrency`' },
});

/** Told from the start, as 0: of a series that begins with 1, Prometheus does not see the increase, and so no alert the first failure. */
const FAILURES = Object.entries(catalogue).flatMap(([code, { status }]) => (status >= 500 ? [code] : []));

/** What an error says of itself on either door. */
interface Refusal {
  readonly code: ErrorCode;
  readonly violatedPolicies?: readonly string[] | undefined;
}

/** Counts the errors that are answered. */
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

  count({ code, violatedPolicies = [] }: Refusal): void {
    const { status } = catalogue[code];
    this.errors.of({ 'error.type': code }).add();
    if (status === 409 || status === 412) this.conflicts.of({ 'error.type': code }).add();
    for (const policy of violatedPolicies) this.denials.of({ 'haven.limit': policy }).add();
  }
}
