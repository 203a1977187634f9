import { reasonOf } from './changes.js';
import { oneAtATime } from './one-at-a-time.js';
import { records } from './store.js';

/** Number of issues that a search shows. */
const LIMIT = 200;

const input = document.querySelector<HTMLInputElement>('#search input');
const message = document.querySelector('#search output');
const listeners = new Set<() => void>();
let found: ReadonlySet<string> | undefined;

/** Whether an issue is among those that the search has found; all are if there is no search. */
export function isFound(id: string): boolean {
  return found?.has(id) ?? true;
}

export function onFound(listener: () => void): void {
  listeners.add(listener);
}

/** Searches again, for what is in the input now. */
export const search = oneAtATime(async () => {
  const text = input?.value.trim() ?? '';
  let problem = '';
  try {
    found = text === '' ? undefined : await idsOf(text);
  } catch (error) {
    problem = reasonOf(error);
  }
  if (message) message.textContent = problem || (found?.size === 0 ? 'No issue has these words.' : '');
  for (const listener of listeners) listener();
});

/** Returns the ids of the issues with these words. The last word may be the beginning of one, as it is being typed. */
async function idsOf(text: string): Promise<ReadonlySet<string>> {
  const _search = /[\p{L}\p{N}]$/u.test(text) ? `${text}*` : text;
  const { items } = await records.list({ where: { _search }, orderBy: '$score', fields: ['title'], limit: LIMIT });
  return new Set(items.map(({ id }) => id));
}

input?.addEventListener('input', search);
