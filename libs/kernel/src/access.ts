import { HavenError } from './error.js';

/** What an API key or a token may be allowed to do. */
export const scopes = {
  'records:read': 'Read collections and records, what they were before included.',
  'records:write': 'Create, change, delete, restore and import records.',
  'collections:write': 'Make, change and delete collections.',
  'changes:read': 'Follow the changes, and read the checkpoints that prove them.',
  'webhooks:write': 'Manage webhooks.',
  'history:erase': "Remove a record's payload from all its versions.",
  'keys:write': 'Manage the API keys of the tenant.',
  operator: "Manage tenants, and any tenant's API keys.",
} as const;

export type Scope = keyof typeof scopes;

export const scopeNames = Object.keys(scopes) as readonly Scope[];

/** Whoever may do something to records or collections may know of the collections it concerns. */
const SHOWS_COLLECTIONS = ['records:read', 'records:write', 'collections:write'] as const satisfies readonly Scope[];

/** What a caller may do: the scopes of its key or token, and the collections these are held to. */
export class Access {
  /** Everything, to whoever is let in without a key. */
  static readonly full = new Access(new Set(scopeNames));

  /** Without `collections`, all of the tenant's. */
  constructor(
    readonly scopes: ReadonlySet<Scope>,
    readonly collections?: ReadonlySet<string>,
  ) {}

  /** The same text for those who may do the same. */
  get fingerprint(): string {
    return JSON.stringify([[...this.scopes].toSorted(), this.collections && [...this.collections].toSorted()]);
  }

  /** Fails with `FORBIDDEN` unless the scope is held, for this collection; without one, for all of them. */
  requireScope(scope: Scope, collection?: string): void {
    if (!this.scopes.has(scope)) throw new HavenError('FORBIDDEN', `This needs the scope ${scope}.`);
    this.requireCollection(collection);
  }

  /** As `demand`, for some collection at least. */
  requireScopeForSome(scope: Scope): void {
    this.requireScope(scope, this.collections && [...this.collections][0]);
  }

  /** As `demand`, for seeing what a collection is set to. */
  requireVisible(collection: string): void {
    this.requireSomeVisible();
    this.requireCollection(collection);
  }

  /** As `demandSight`, for a list that shows what may be seen. */
  requireSomeVisible(): void {
    if (SHOWS_COLLECTIONS.some((scope) => this.scopes.has(scope))) return;
    throw new HavenError('FORBIDDEN', `This needs one of the scopes ${SHOWS_COLLECTIONS.join(', ')}.`);
  }

  private requireCollection(collection: string | undefined): void {
    if (this.collections === undefined || (collection !== undefined && this.collections.has(collection))) return;
    throw new HavenError(
      'FORBIDDEN',
      collection === undefined
        ? 'This key is held to single collections; name one of them.'
        : `This key is not for the collection ${JSON.stringify(collection)}.`,
    );
  }
}
