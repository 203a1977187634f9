import { isPlain } from './declared-index.js';
import type { DeclaredIndex, IndexDeclaration } from './declared-index.js';
import type { Reference } from './reference.js';

/** How far the index of a reference has come. */
export type ReferenceState = 'checking' | 'ready' | 'failed';

/**
 * Returns the indexes that references need besides those that the client declared: one on the path of each reference,
 * by which a deletion finds the records that refer to the deleted one.
 */
export function companionIndexes(
  references: readonly Reference[],
  indexes: readonly IndexDeclaration[],
): IndexDeclaration[] {
  const missing = references.filter((reference) => !indexes.some((index) => finds(index, reference)));
  return missing.map(({ path }) => ({ members: [{ path }] }));
}

/** Returns the state of a reference: that of its index. */
export function referenceState(reference: Reference, indexes: readonly DeclaredIndex[]): ReferenceState {
  const index = indexes.find((one) => finds(one, reference));
  return index && index.state !== 'building' ? index.state : 'checking';
}

function finds(index: IndexDeclaration, { path }: Reference): boolean {
  const [member] = index.members;
  return isPlain(index) && JSON.stringify(member?.path) === JSON.stringify(path);
}
