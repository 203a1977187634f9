import { HavenError } from './error.js';

/** The scopes that an API key or a token can have, with their published descriptions. */
export const scopes = {
  'records:read': 'Read collections and records, including earlier versions.',
  'records:write': 'Create, change, delete, restore and import records.',
  'collections:write': 'Create, change and delete collections.',
  'changes:read': 'Follow changes, and read the checkpoints that prove the event log.',
  'webhooks:write': 'Manage webhooks.',
  'history:erase': "Remove a record's payload from all its versions.",
  'keys:write': 'Manage the API keys of the tenant.',
  'stats:read': 'Read the overview: sizes, requests, latency and errors.',
  operator: "Manage tenants, and any tenant's API keys.",
} as const;

export type Scope = keyof typeof scopes;

export const scopeNames = Object.keys(scopes) as readonly Scope[];

/**
 * Scopes that allow reading the settings of collections. Every caller that works with records or collections needs
 * these settings.
 */
const SHOWS_COLLECTIONS = ['records:read', 'records:write', 'collections:write'] as const satisfies readonly Scope[];

/** The permissions of a caller: the scopes of its key or token, and the collections they are restricted to. */
export class Access {
  /** All scopes on all collections; used for callers that are admitted without a key. */
  static readonly full = new Access(new Set(scopeNames));

  /** Applies to all collections of the tenant if `collections` is omitted. */
  constructor(
    readonly scopes: ReadonlySet<Scope>,
    readonly collections?: ReadonlySet<string>,
  ) {}

  /** A text that is equal for callers with equal permissions. */
  get fingerprint(): string {
    return JSON.stringify([[...this.scopes].toSorted(), this.collections && [...this.collections].toSorted()]);
  }

  /** Whether the caller has the scope for this collection. */
  allows(scope: Scope, collection: string): boolean {
    return this.scopes.has(scope) && (this.collections?.has(collection) ?? true);
  }

  /**
   * Throws `FORBIDDEN` unless the caller has the scope for this collection, or for all collections if none is given.
   */
  requireScope(scope: Scope, collection?: string): void {
    if (!this.scopes.has(scope)) throw new HavenError('FORBIDDEN', `This operation requires the scope ${scope}.`);
    this.requireCollection(collection);
  }

  /** Throws `FORBIDDEN` unless the caller has the scope for at least one collection. */
  requireScopeForSome(scope: Scope): void {
    this.requireScope(scope, this.collections && [...this.collections][0]);
  }

  /** Throws `FORBIDDEN` unless the caller may read the settings of the collection. */
  requireVisible(collection: string): void {
    this.requireSomeVisible();
    this.requireCollection(collection);
  }

  /** Throws `FORBIDDEN` unless the caller may list collections; the list must then contain only those it may see. */
  requireSomeVisible(): void {
    if (SHOWS_COLLECTIONS.some((scope) => this.scopes.has(scope))) return;
    throw new HavenError('FORBIDDEN', `This operation requires one of the scopes ${SHOWS_COLLECTIONS.join(', ')}.`);
  }

  private requireCollection(collection: string | undefined): void {
    if (this.collections === undefined || (collection !== undefined && this.collections.has(collection))) return;
    throw new HavenError(
      'FORBIDDEN',
      collection === undefined
        ? 'This key or token is restricted to certain collections; name one of them.'
        : `This key or token does not allow access to the collection ${JSON.stringify(collection)}.`,
    );
  }
}
