import { Card } from './card.js';
import { change } from './changes.js';
import { element } from './element.js';
import { STATES } from './schema.js';
import type { State } from './schema.js';
import type { Row } from './store.js';

const cards = new Map<string, Card>();
const columns = new Map<State, { list: HTMLUListElement; count: HTMLSpanElement }>();

/** Adds the columns to the page. */
export function openBoard(root: Element): void {
  for (const [state, label] of Object.entries(STATES) as [State, string][]) {
    const [list, count] = [element('ul'), element('span', { className: 'count' })];
    const column = element('section', { className: 'column' }, element('h2', {}, label, count), list);
    column.dataset['state'] = state;
    column.addEventListener('dragover', (event) => event.preventDefault()); // an issue can be dropped here
    column.addEventListener('drop', (event) => {
      event.preventDefault();
      const id = event.dataTransfer?.getData('text/plain') ?? '';
      if (cards.has(id)) change(id, { state });
    });
    columns.set(state, { list, count });
    root.append(column);
  }
}

/** Shows these issues. */
export function showIssues(rows: readonly Row[]): void {
  for (const [state, { list, count }] of columns) {
    const shown = rows.filter(({ data }) => data.state === state);
    count.textContent = String(shown.length);
    shown.forEach((row, index) => {
      const card = cards.get(row.id) ?? new Card(row.id);
      cards.set(row.id, card);
      card.show(row);
      if (list.children[index] !== card.root) list.insertBefore(card.root, list.children[index] ?? null);
    });
  }
  const ids = new Set(rows.map(({ id }) => id));
  for (const [id, { root }] of cards) {
    if (ids.has(id)) continue;
    root.remove();
    cards.delete(id);
  }
}
