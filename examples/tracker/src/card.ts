import { change, conflicts, remove, resolve } from './changes.js';
import type { Conflict } from './changes.js';
import { element } from './element.js';
import { STATES } from './schema.js';
import type { Issue, State } from './schema.js';
import type { Row } from './store.js';

/** The element of an issue. It stays the same while the issue changes, so that it keeps the focus. */
export class Card {
  readonly root = element('li', { className: 'card', draggable: true });
  readonly #title = element('textarea', { rows: 1, maxLength: 200, spellcheck: false });
  readonly #state = element('select');
  readonly #delete = element('button', { type: 'button', className: 'delete', title: 'Delete' }, '×');
  readonly #conflict = element('div', { className: 'conflict' });
  /** The issue as it was when the title got the focus. */
  #edited: Issue | undefined;
  #shown: Issue = { title: '', state: 'todo' };

  constructor(private readonly id: string) {
    this.root.dataset['id'] = id;
    this.#title.setAttribute('aria-label', 'Title');
    this.#state.setAttribute('aria-label', 'State');
    this.#conflict.setAttribute('role', 'alert');
    for (const [value, label] of Object.entries(STATES)) this.#state.append(element('option', { value }, label));
    this.root.append(this.#title, this.#state, this.#delete, this.#conflict);
    this.#title.addEventListener('focus', () => (this.#edited = this.#shown));
    this.#title.addEventListener('blur', () => this.#rename());
    this.#title.addEventListener('keydown', (event) => this.#onKey(event));
    this.#state.addEventListener('change', () => change(id, { state: this.#state.value as State })); // its options
    this.#delete.addEventListener('click', () => remove(id));
    this.root.addEventListener('dragstart', (event) => event.dataTransfer?.setData('text/plain', id));
  }

  show({ data, $synced }: Row): void {
    this.#shown = data;
    if (!this.#edited) this.#title.value = data.title;
    if (this.#state.value !== data.state) this.#state.value = data.state;
    this.#delete.setAttribute('aria-label', `Delete ${data.title}`);
    this.root.classList.toggle('unsaved', !$synced);
    this.root.title = $synced ? '' : 'Not stored yet';
    const conflict = conflicts.get(this.id);
    this.#conflict.replaceChildren(...(conflict ? this.#question(conflict) : []));
  }

  #rename(): void {
    const base = this.#edited;
    this.#edited = undefined;
    const title = this.#title.value.trim();
    this.#title.value = this.#shown.title;
    if (base && title !== '' && title !== base.title) change(this.id, { title }, base);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape') this.#title.value = this.#edited?.title ?? '';
    if (event.key !== 'Enter' && event.key !== 'Escape') return;
    event.preventDefault();
    this.#title.blur();
  }

  #question({ mine, theirs }: Conflict): Node[] {
    const [own, other] = mine.title === undefined ? ['state', 'state'] : (['title', 'title'] as const);
    const text = (issue: Partial<Issue>, name: keyof Issue): string =>
      name === 'state' ? STATES[issue.state ?? 'todo'] : (issue.title ?? '');
    const keep = element('button', { type: 'button' }, `Use “${text(mine, own as keyof Issue)}”`);
    const leave = element('button', { type: 'button' }, `Keep “${text(theirs, other as keyof Issue)}”`);
    keep.addEventListener('click', () => resolve(this.id, 'mine'));
    leave.addEventListener('click', () => resolve(this.id, 'theirs'));
    return [element('p', {}, 'Another user has changed this at the same time.'), keep, leave];
  }
}
