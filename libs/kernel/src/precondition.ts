import { HavenError } from './error.js';

/** `*`, or the versions a header's entity tags name. */
export type VersionMatch = '*' | readonly number[];

/** What must hold of the current version before a change happens: RFC 9110 §13, whichever door it came by. */
export class Precondition {
  /** No condition at all. */
  static readonly none = new Precondition();

  constructor(
    readonly ifMatch?: VersionMatch,
    readonly ifNoneMatch?: VersionMatch,
  ) {}

  /** GraphQL's spelling: `expectedVersion` is `If-Match: "n"`, `ifAbsent` is `If-None-Match: *`. */
  static of(expectedVersion?: number | null, ifAbsent?: boolean | null): Precondition {
    return new Precondition(expectedVersion == null ? undefined : [expectedVersion], ifAbsent ? '*' : undefined);
  }

  /** Throws `VERSION_CONFLICT` unless both conditions hold; `current` is null where nothing is (RFC 9110 §13.1.1–2). */
  check(current: number | null): void {
    if (this.ifMatch !== undefined && !matchesVersion(this.ifMatch, current))
      throw conflict(current, 'If-Match (expectedVersion)');
    if (this.ifNoneMatch !== undefined && matchesVersion(this.ifNoneMatch, current)) {
      throw conflict(current, 'If-None-Match (ifAbsent)');
    }
  }

  /** Throws `PRECONDITION_REQUIRED` unless the caller has said which version it means. */
  require(): void {
    if (this.ifMatch !== undefined || this.ifNoneMatch !== undefined) return;
    throw new HavenError(
      'PRECONDITION_REQUIRED',
      'This collection takes changes only with If-Match (expectedVersion).',
    );
  }
}

function matchesVersion(condition: VersionMatch, current: number | null): boolean {
  if (current === null) return false;
  return condition === '*' || condition.includes(current);
}

function conflict(current: number | null, condition: string): HavenError {
  const detail = current === null ? 'there is no such record' : `the current version is ${current}`;
  return new HavenError('VERSION_CONFLICT', `${condition} does not hold: ${detail}.`, {
    ...(current !== null && { current, headers: { etag: `"${current}"` } }),
  });
}
