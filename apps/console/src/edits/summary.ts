import { countText } from '../ui/numbers.js';
import type { Draft } from './draft.js';

/** Describes drafts in short, such as `2 new, 1 changed`. */
export function summaryOf(drafts: readonly Draft[]): string {
  const KINDS = { create: 'new', update: 'changed', delete: 'deleted' } as const;
  const parts = Object.entries(KINDS).map(([op, word]) => {
    const count = drafts.filter((draft) => draft.op === op).length;
    return count === 0 ? '' : `${countText(count)} ${word}`;
  });
  return parts.filter((part) => part !== '').join(', ');
}
