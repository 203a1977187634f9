import { pascalCase } from './graphql-names.js';
import { referencesIn } from './references-in-record.js';
import type { Referrer, TypedCollection } from './tenant-types.js';
import type { ObjectType } from './value-type.js';

/**
 * Returns the references to a collection, in the order of the names of the collections that have them, with the names
 * of the fields that list the referring records. A member of the record that has such a name hides the field.
 */
export function referrersOf(target: TypedCollection, all: readonly TypedCollection[]): Referrer[] {
  const taken = namesIn(target.record);
  return all.flatMap(({ collection, names: { many }, record }) => {
    const references = referencesIn(record).filter((reference) => reference.collection === target.collection);
    return references.flatMap(({ path, isList }) => {
      const wanted = [...(references.length === 1 ? [many] : []), `${many}By${pascalCase(path.join(' '))}`];
      const names = wanted.filter((name) => !taken.has(name)).toReversed();
      for (const name of names) taken.add(name);
      return names.length === 0 ? [] : [{ names, collection, path, isList }];
    });
  });
}

/** Returns the names of the members, and of the fields with the ids of references. */
function namesIn({ members }: ObjectType): Set<string> {
  const ids = members
    .filter(({ reference }) => reference !== undefined)
    .flatMap(({ name }) => [`${name}_id`, `${name}_ids`]);
  return new Set([...members.map(({ name }) => name), ...ids]);
}
