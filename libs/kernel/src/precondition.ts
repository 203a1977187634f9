import { HavenError } from './error.js';

/** `*`, or the versions in the entity tags of a header. */
export type VersionMatch = '*' | readonly number[];

/** A condition that the current version must meet for a change to be made (RFC 9110 §13). Both APIs use it. */
export class Precondition {
  /** No condition. */
  static readonly none = new Precondition();

  constructor(
    readonly ifMatch?: VersionMatch,
    readonly ifNoneMatch?: VersionMatch,
  ) {}

  /** Converts GraphQL's arguments: `expectedVersion` means `If-Match: "n"`, `ifAbsent` means `If-None-Match: *`. */
  static of(expectedVersion?: number | null, ifAbsent?: boolean | null): Precondition {
    return new Precondition(expectedVersion == null ? undefined : [expectedVersion], ifAbsent ? '*' : undefined);
  }

  /** Whether there is no condition. */
  get isNone(): boolean {
    return this.ifMatch === undefined && this.ifNoneMatch === undefined;
  }

  /** Returns this condition with the additional one that the current version is `version`, if it is given. */
  andVersion(version: number | undefined): Precondition {
    if (version === undefined) return this;
    const { ifMatch = '*' } = this;
    return new Precondition(ifMatch === '*' || ifMatch.includes(version) ? [version] : [], this.ifNoneMatch);
  }

  /**
   * Throws `VERSION_CONFLICT` unless both conditions are met (RFC 9110 §13.1.1–2). `current` is the current version, or
   * null if there is none.
   */
  check(current: number | null): void {
    if (this.ifMatch !== undefined && !matchesVersion(this.ifMatch, current))
      throw conflict(current, 'If-Match (expectedVersion)');
    if (this.ifNoneMatch !== undefined && matchesVersion(this.ifNoneMatch, current)) {
      throw conflict(current, 'If-None-Match (ifAbsent)');
    }
  }

  /** Throws `PRECONDITION_REQUIRED` if there is no condition. */
  require(): void {
    if (!this.isNone) return;
    throw new HavenError(
      'PRECONDITION_REQUIRED',
      'This collection requires If-Match (expectedVersion) for every change of a record.',
    );
  }
}

function matchesVersion(condition: VersionMatch, current: number | null): boolean {
  if (current === null) return false;
  return condition === '*' || condition.includes(current);
}

function conflict(current: number | null, condition: string): HavenError {
  const detail = current === null ? 'there is no such record' : `the current version is ${current}`;
  return new HavenError('VERSION_CONFLICT', `${condition} failed: ${detail}.`, {
    ...(current !== null && { current, headers: { etag: `"${current}"` } }),
  });
}
