import type { CollectionSnapshot, Reference } from '@haven/collections';
import type { HavenConfig } from '@haven/config';
import { invalid, limitExceeded } from '@haven/kernel';
import type { HavenError } from '@haven/kernel';
import { parseField, printPath, splitUnescaped } from '@haven/query';
import type { FieldPath } from '@haven/query';

/** The parameter `expand`: paths of references, joined by commas or as a list. */
export type ExpandInput = string | readonly string[] | null | undefined;

/** A reference whose targets are added to records, and the references of these targets that are expanded in turn. */
export interface Expansion {
  /** The path of the reference, as the member of `expanded` is named. */
  readonly key: string;
  readonly reference: Reference;
  /** Null if the caller may not read the targets, or if their collection does not exist. */
  readonly target: CollectionSnapshot | null;
  readonly expansions: readonly Expansion[];
}

/** Returns the current settings of a collection; null if it does not exist or the caller may not read it. */
export type FindTarget = (name: string) => Promise<CollectionSnapshot | null>;

const MAX_LEVELS = 3;
const POINTER = '/expand';

/** Parses the paths to expand. A path names a reference, then one of its targets, and so on. */
export function parseExpand(input: ExpandInput, { limits }: Pick<HavenConfig, 'limits'>): FieldPath[] {
  if (input == null) return [];
  const texts = [input].flat().flatMap((text) => splitUnescaped(text, ','));
  if (texts.length > limits.expandPaths) throw limitExceeded('limits.expandPaths', limits.expandPaths, POINTER);
  return texts.map((text) => {
    const field = parseField(text, { code: 'VALIDATION_FAILED', pointer: POINTER });
    if ('path' in field) return field.path;
    throw invalid('VALIDATION_FAILED', POINTER, `"${text}" is a system field, not a reference`);
  });
}

/**
 * Finds the references that the paths name. Throws `VALIDATION_FAILED` if one is not a reference of the collection.
 * Settings of collections that the caller may not read are not revealed: paths behind them are not checked.
 */
export async function resolveExpansions(
  { name, references }: Pick<CollectionSnapshot, 'name' | 'references'>,
  paths: readonly FieldPath[],
  find: FindTarget,
  level = 1,
): Promise<Expansion[]> {
  const rests = new Map<Reference, FieldPath[]>();
  for (const path of paths) {
    const reference = longestPrefix(references, path) ?? refuse(path, name);
    const rest = path.slice(reference.path.length);
    if (rest.length > 0 && level === MAX_LEVELS) throw tooDeep();
    rests.set(reference, [...(rests.get(reference) ?? []), ...(rest.length > 0 ? [rest] : [])]);
  }
  const expansions: Expansion[] = [];
  for (const [reference, rest] of rests) {
    const target = await find(reference.collection);
    const inner = target && rest.length > 0 ? await resolveExpansions(target, rest, find, level + 1) : [];
    expansions.push({ key: printPath(reference.path), reference, target, expansions: inner });
  }
  return expansions;
}

function longestPrefix(references: readonly Reference[], path: FieldPath): Reference | undefined {
  return references
    .filter((reference) => reference.path.every((segment, index) => segment === path[index]))
    .toSorted((one, other) => other.path.length - one.path.length)[0];
}

function refuse(path: FieldPath, collection: string): never {
  throw invalid(
    'VALIDATION_FAILED',
    POINTER,
    `"${printPath(path)}" does not begin with a reference of the collection "${collection}"`,
  );
}

function tooDeep(): HavenError {
  return invalid('VALIDATION_FAILED', POINTER, `a path may name at most ${MAX_LEVELS} references after one another`);
}
