import { invalid } from '@haven/kernel';

import { splitUnescaped } from '../path.js';
import type { GroupOrder } from './aggregate-query.js';

/**
 * Parses the sort of groups: names of computed columns and group fields, with a leading `-` for descending order. In a
 * text, names are joined by commas. A backslash escapes a comma in a name, and a leading `-`.
 */
export function parseGroupSort(sort: string | readonly string[], names: readonly string[]): GroupOrder[] {
  const items =
    typeof sort === 'string'
      ? splitUnescaped(sort, ',').map((text) => ({ text, pointer: '/sort' }))
      : sort.flatMap((text, index) => itemsOf(text, `/sort/${index}`, names));
  const terms: GroupOrder[] = [];
  for (const { text, pointer } of sort === '' ? [] : items) {
    const term = parseTerm(text, names);
    if (!term)
      throw invalid('AGGREGATE_INVALID', pointer, `${JSON.stringify(text)} must be one of ${names.join(', ')}`);
    if (terms.some(({ name }) => name === term.name))
      throw invalid('AGGREGATE_INVALID', pointer, `names ${JSON.stringify(term.name)} twice`);
    terms.push(term);
  }
  return terms;
}

/** An item of a list may be a name with commas, or several names. */
function itemsOf(text: string, pointer: string, names: readonly string[]) {
  return (parseTerm(text, names) ? [text] : splitUnescaped(text, ',')).map((one) => ({ text: one, pointer }));
}

function parseTerm(text: string, names: readonly string[]): GroupOrder | undefined {
  const ascending = findName(text, names);
  if (ascending !== undefined) return { name: ascending, direction: 'ascending' };
  const descending = text.startsWith('-') ? findName(text.slice(1), names) : undefined;
  return descending === undefined ? undefined : { name: descending, direction: 'descending' };
}

function findName(text: string, names: readonly string[]): string | undefined {
  return names.find((name) => name === text) ?? names.find((name) => name === text.replaceAll(/\\(.)/gsu, '$1'));
}
