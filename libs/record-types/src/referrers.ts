import { pascalCase } from './graphql-names.js';
import { referencesIn } from './references-in-record.js';
import type { LocatedReference } from './references-in-record.js';
import type { Referrer, TypedCollection } from './tenant-types.js';
import type { ObjectType } from './value-type.js';

/** The references of one collection to another one. */
interface Referring {
  readonly from: TypedCollection;
  readonly references: LocatedReference[];
}

/**
 * Returns the references to each collection, in the order of `all`, with the names of the fields that list the
 * referring records. A member of the record that has such a name hides the field.
 */
export function referrersByTarget(all: readonly TypedCollection[]): Map<string, Referrer[]> {
  const byTarget = new Map<string, Referring[]>();
  for (const from of all) {
    for (const reference of referencesIn(from.record)) {
      const referring = byTarget.get(reference.collection) ?? [];
      byTarget.set(reference.collection, referring);
      const last = referring.at(-1);
      if (last?.from === from) last.references.push(reference);
      else referring.push({ from, references: [reference] });
    }
  }
  const targets = all.filter(({ collection }) => byTarget.has(collection));
  return new Map(
    targets.map(({ collection, record }) => [collection, namedReferrers(record, byTarget.get(collection) ?? [])]),
  );
}

function namedReferrers(target: ObjectType, all: readonly Referring[]): Referrer[] {
  const taken = namesIn(target);
  return all.flatMap(
    ({
      from: {
        collection,
        names: { many },
      },
      references,
    }) =>
      references.flatMap(({ path, isList }) => {
        const byPath = `${many}By${pascalCase(path.join(' '))}`;
        const names = [byPath, ...(references.length === 1 ? [many] : [])].filter((name) => !taken.has(name));
        for (const name of names) taken.add(name);
        return names.length === 0 ? [] : [{ names, collection, path, isList }];
      }),
  );
}

/** Returns the names of the members, and of the fields with the ids of references. */
function namesIn({ members }: ObjectType): Set<string> {
  const references = members.filter(({ reference }) => reference !== undefined);
  const ids = references.flatMap(({ name }) => [`${name}_id`, `${name}_ids`]);
  return new Set([...members.map(({ name }) => name), ...ids]);
}
