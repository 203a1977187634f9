import { deriveTypes, genericNames, prepareTypes } from '@haven/record-types';
import type { TenantTypes } from '@haven/record-types';

import { typeSourceOf } from '../domain/type-source.js';
import type { TypedSettings } from '../domain/type-source.js';
import type { TypeSources } from '../domain/type-sources.js';

/** The types of a tenant, and the settings of the collections from which they are derived. */
export class CurrentTypes {
  private constructor(
    readonly from: TypeSources,
    readonly types: TenantTypes,
  ) {}

  static async derive(from: TypeSources): Promise<CurrentTypes> {
    const all = [...from.sources.values()].map(({ source }) => source);
    await prepareTypes(all);
    return new CurrentTypes(from, deriveTypes(all, genericNames));
  }

  /** Returns the types if these collections are as they are given, whether or not they are stored. */
  including(collections: readonly TypedSettings[]): TenantTypes {
    const { sources } = this.from;
    const changed = collections.filter(({ id, revision }) => sources.get(id)?.revision !== revision);
    if (changed.length === 0) return this.types;
    const given = new Map(changed.map((collection) => [collection.name, typeSourceOf(collection).source]));
    const others = [...sources.values()].map(({ source }) => source).filter(({ name }) => !given.has(name));
    return deriveTypes([...others, ...given.values()], genericNames);
  }
}
