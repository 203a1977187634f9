import type { CollectionView } from '../../../api/types.js';
import { declarationOf } from './settings-of.js';

/** An index as it is declared, without its state. */
export type IndexDeclaration = ReturnType<typeof declarationOf>;

/** A member of an index in the form. */
export interface IndexMember {
  path: string;
  isDescending: boolean;
}

/** Returns the declared indexes of a collection. */
export function declarationsOf({ indexes }: CollectionView): IndexDeclaration[] {
  return indexes.map(declarationOf);
}

/** Returns the members of an index as text, such as `year (descending), title`. */
export function membersText({ paths }: IndexDeclaration): string {
  return paths
    .map((member) => (typeof member === 'string' ? member : member.path))
    .map((path) => (path.startsWith('-') ? `${path.slice(1)} (descending)` : path))
    .join(', ');
}

/** Returns the properties of an index as text. */
export function propertiesText({ unique, caseless, type, paths }: IndexDeclaration): string {
  const details = paths.filter((member) => typeof member !== 'string');
  return [
    unique && 'unique',
    caseless && 'ignores case',
    type === 'dateTime' && 'ordered by time',
    ...details.map((member) => describe(member)),
  ]
    .filter((part) => typeof part === 'string')
    .join(', ');
}

function describe({ path, type, caseless }: Exclude<IndexDeclaration['paths'][number], string>): string {
  const parts = [caseless === true && 'ignores case', type === 'dateTime' && 'ordered by time'];
  return `${path} ${parts.filter((part) => typeof part === 'string').join(' and ')}`.trim();
}

/** Returns a new index; null as long as a member is empty, or is there twice. */
export function newDeclaration(
  members: readonly IndexMember[],
  properties: Omit<IndexDeclaration, 'paths'>,
): IndexDeclaration | null {
  const paths = members.map(({ path }) => path.trim());
  if (paths.includes('') || new Set(paths).size < paths.length) return null;
  return {
    ...properties,
    paths: members.map(({ isDescending }, index) => `${isDescending ? '-' : ''}${paths[index]}`),
  };
}
