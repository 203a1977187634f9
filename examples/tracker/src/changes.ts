import { ConflictError } from 'haven-records';

import { notify } from './notices.js';
import type { Issue } from './schema.js';
import { issues } from './store.js';

/** A change that was refused, because another user has changed the same members. */
export interface Conflict {
  mine: Partial<Issue>;
  theirs: Issue;
}

/** Conflicts that the user has not resolved, by the id of the issue. */
export const conflicts = new Map<string, Conflict>();
const listeners = new Set<() => void>();

export function onConflict(listener: () => void): void {
  listeners.add(listener);
}

/** Changes an issue. `base` is what the user has seen; by default it is what the board shows now. */
export function change(id: string, mine: Partial<Issue>, base = issues.get(id)?.data): void {
  const present = issues.get(id)?.data;
  if (!present || !base) return lost(mine);
  if (isOverwritten(mine, base, present)) return ask(id, mine, present);
  const transaction = issues.update(id, (draft) => void Object.assign(draft.data, mine));
  transaction.when('settled').catch((error: unknown) => {
    if (!(error instanceof ConflictError)) return notify(`The change was not stored. ${reasonOf(error)}`);
    const theirs = (error.current?.data ?? issues.get(id)?.data) as Issue | undefined;
    if (!theirs) return lost(mine);
    if (isOverwritten(mine, base, theirs)) return ask(id, mine, theirs);
    change(id, mine); // another user has changed another member
  });
}

export function remove(id: string): void {
  const transaction = issues.delete(id);
  transaction.when('settled').catch((error: unknown) => {
    const title = issues.get(id)?.data.title;
    if (title === undefined) return; // another user has deleted it
    const why = error instanceof ConflictError ? 'It has been changed elsewhere.' : reasonOf(error);
    notify(`“${title}” was not deleted. ${why}`, { 'Delete it': () => remove(id) });
  });
}

/** Resolves a conflict, with the user's own change or without it. */
export function resolve(id: string, choice: 'mine' | 'theirs'): void {
  const conflict = conflicts.get(id);
  conflicts.delete(id);
  if (conflict && choice === 'mine') change(id, conflict.mine);
  for (const listener of listeners) listener();
}

/** Whether a change would replace what another user has written since this user saw `base`. */
function isOverwritten(mine: Partial<Issue>, base: Issue, theirs: Issue): boolean {
  return (Object.keys(mine) as (keyof Issue)[]).some(
    (name) => theirs[name] !== base[name] && theirs[name] !== mine[name],
  );
}

function ask(id: string, mine: Partial<Issue>, theirs: Issue): void {
  conflicts.set(id, { mine, theirs });
  for (const listener of listeners) listener();
}

function lost({ title }: Partial<Issue>): void {
  notify(`The issue was deleted elsewhere, so your change${title ? ` to “${title}”` : ''} was not stored.`);
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
