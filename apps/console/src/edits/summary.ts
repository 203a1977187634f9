import type { Draft } from './draft.js';

const NUMBER = new Intl.NumberFormat();

/** Writes a number of things, such as `1 change` and `2 changes`. */
export function countOf(number: number, thing: string): string {
  return `${NUMBER.format(number)} ${thing}${number === 1 ? '' : 's'}`;
}

/** Describes drafts in short, such as `2 new, 1 changed`. */
export function summaryOf(drafts: readonly Draft[]): string {
  const KINDS = { create: 'new', update: 'changed', delete: 'deleted' } as const;
  const parts = Object.entries(KINDS).map(([op, word]) => {
    const count = drafts.filter((draft) => draft.op === op).length;
    return count === 0 ? '' : `${NUMBER.format(count)} ${word}`;
  });
  return parts.filter((part) => part !== '').join(', ');
}
