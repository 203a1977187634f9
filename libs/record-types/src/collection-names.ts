import { pluralize, singularize } from 'inflection';

import { isJsonObject } from '@haven/kernel';

import { camelCase, isName, pascalCase, wordsOf } from './graphql-names.js';
import type { CollectionNames, CollectionSource, UntypedPart } from './tenant-types.js';

/**
 * The keyword of a schema that names the types of the collection, `{"one": "movie", "many": "movies"}`, or on a member
 * the member, `"title"`.
 */
export const NAME_KEYWORD = 'x-haven-name';

/** Returns the names of a collection: those that its schema states, or those that follow from its own name. */
export function collectionNames({ name, schema }: CollectionSource, notes: UntypedPart[]): CollectionNames {
  const stated = schema?.[NAME_KEYWORD];
  if (stated === undefined) return inflectedNames(name);
  const { one, many } = isJsonObject(stated) ? stated : {};
  if (isName(one) && isName(many) && one !== many) return { type: pascalCase(one), one, many };
  notes.push({
    pointer: `/schema/${NAME_KEYWORD}`,
    detail:
      'Has no effect. It must be an object with `one` and `many`, such as `{"one": "movie", "many": "movies"}`: ' +
      'two different names of ASCII letters, digits and underscores that start with a letter.',
  });
  return inflectedNames(name);
}

/** Whether the schema of a collection states its names. */
export function statesName({ schema }: CollectionSource): boolean {
  return schema?.[NAME_KEYWORD] !== undefined;
}

/** Writes a word in the singular, or as it is if nothing would be left of it. */
export function singular(word: string): string {
  return singularize(word) || word;
}

function inflectedNames(name: string): CollectionNames {
  const words = wordsOf(name); // never empty: the name of a collection starts with a letter
  const last = words.pop() ?? name;
  const withLast = (word: string) => camelCase([...words, word].join(' '));
  const [one, many] = [singular(last), pluralize(last)];
  const names = { one: withLast(one), many: withLast(one === last ? many : last) };
  return {
    type: pascalCase(names.one),
    one: names.one,
    many: names.many === names.one ? `${names.one}List` : names.many,
  };
}
