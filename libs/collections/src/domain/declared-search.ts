import { invalid, isJsonObject, limitExceeded } from '@haven/kernel';
import { parsePath } from '@haven/query';
import type { FieldPath } from '@haven/query';

/** The part of a declared search that clients set. */
export interface SearchDeclaration {
  /** The members whose strings are searched. The first ones weigh more in the score of a record. */
  readonly paths: readonly FieldPath[];
  readonly language: string;
}

/** A declared search as it is stored. */
export interface DeclaredSearch extends SearchDeclaration {
  /** Identifies its documents. A number of indexes, never reused; 0 until the search is stored. */
  readonly id: number;
  /** Queries can search once it is `ready`. Writers always maintain it. */
  readonly state: 'building' | 'ready';
  /** Major version of PostgreSQL whose dictionaries built the documents. */
  readonly builtWith: number;
}

export interface SearchLimits {
  /** Maximum number of paths. */
  readonly searchPaths: number;
}

/** Names of the text search configurations of PostgreSQL 15, the oldest supported version. */
export const SEARCH_LANGUAGES = [
  'simple',
  'arabic',
  'armenian',
  'basque',
  'catalan',
  'danish',
  'dutch',
  'english',
  'finnish',
  'french',
  'german',
  'greek',
  'hindi',
  'hungarian',
  'indonesian',
  'irish',
  'italian',
  'lithuanian',
  'nepali',
  'norwegian',
  'portuguese',
  'romanian',
  'russian',
  'serbian',
  'spanish',
  'swedish',
  'tamil',
  'turkish',
  'yiddish',
] as const;

/** The members of the setting; those of the second line are ignored, because Haven sets them. */
const MEMBERS = ['paths', 'language'];
const IGNORED_MEMBERS = ['state', 'done', 'total'];

/** Parses the setting `search`. Null means that nothing is searched. Of equal paths, only the first is returned. */
export function searchOf(given: unknown, limits: SearchLimits): SearchDeclaration | null {
  if (given === null) return null;
  if (!isJsonObject(given)) throw invalidSearch('', 'must be an object with paths, or null');
  const unknown = Object.keys(given).find((name) => ![...MEMBERS, ...IGNORED_MEMBERS].includes(name));
  if (unknown !== undefined)
    throw invalidSearch('', `has an unknown member "${unknown}"; allowed are: ${MEMBERS.join(', ')}`);
  const { paths, language: wanted } = given;
  if (!Array.isArray(paths) || paths.length === 0) throw invalidSearch('/paths', 'must be a list of at least one path');
  if (paths.length > limits.searchPaths) throw limitExceeded('limits.searchPaths', limits.searchPaths, '/search/paths');
  const parsed = new Map(paths.map((path, place) => parseSearchPath(path, `/paths/${place}`)));
  const language = SEARCH_LANGUAGES.find((known) => known === (wanted ?? 'simple'));
  if (!language) throw invalidSearch('/language', `must be one of ${SEARCH_LANGUAGES.join(', ')}`);
  return { paths: [...parsed.values()], language };
}

/** Returns the part of a search that clients can set. */
export function searchDeclarationOf({ paths, language }: SearchDeclaration): SearchDeclaration {
  return { paths, language };
}

/** Prints what the SQL functions `search_document` and `searched_values` need. */
export function searchDefinition({ id, paths, language }: DeclaredSearch): string {
  return JSON.stringify({ id, paths, language });
}

function parseSearchPath(given: unknown, pointer: string): [key: string, path: FieldPath] {
  if (typeof given !== 'string') throw invalidSearch(pointer, 'must be a string');
  const path = parsePath(given, { code: 'VALIDATION_FAILED', pointer: `/search${pointer}` });
  return [JSON.stringify(path), path];
}

function invalidSearch(pointer: string, detail: string): Error {
  return invalid('VALIDATION_FAILED', `/search${pointer}`, detail);
}
