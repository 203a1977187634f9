import type { Caller } from '@haven/kernel';

import type { TypeSource } from './type-source.js';

/** The collections of a tenant, as the source of its types. */
export interface TypeSources {
  /** Differs if a collection has been created, changed or deleted. */
  readonly fingerprint: string;
  /** By the id of the collection. */
  readonly sources: ReadonlyMap<number, TypeSource>;
}

/** Reads the collections of the caller's tenant, whichever of them the caller may see. */
export abstract class TypeSourcesRepository {
  /** Returns the current fingerprint, by a short statement. */
  abstract fingerprint(caller: Caller): Promise<string>;

  /** Reads the collections. Those that `known` has at the same revision are taken from there, as the same objects. */
  abstract load(caller: Caller, known?: TypeSources): Promise<TypeSources>;
}
