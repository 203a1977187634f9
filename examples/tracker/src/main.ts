import './style.css';

import { openBoard, showIssues } from './board.js';
import { onConflict, reasonOf } from './changes.js';
import { showCounts } from './counts.js';
import { notify } from './notices.js';
import { createCollections } from './schema.js';
import { isFound, onFound, search } from './search.js';
import { board, create, issues } from './store.js';

const status = document.querySelector('#status');
const form = document.querySelector<HTMLFormElement>('#create');
const LABELS = { stopped: 'Stopped', loading: 'Loading', live: 'Live', offline: 'Offline', failed: 'Stopped' };

function unsaved(): number {
  return board.toArray.filter(({ $synced }) => !$synced).length;
}

/** Shows whether the page follows Haven, and how many changes are not stored yet. */
function showStatus(): void {
  // A browser knows that it is offline before the connection breaks.
  const state = navigator.onLine ? issues.utils.status.state : 'offline';
  const [label, count] = [LABELS[state], unsaved()];
  if (!status) return;
  status.className = state;
  status.textContent = count === 0 ? label : `${label} · ${count} unsaved`;
}

function show(): void {
  showIssues(board.toArray.filter(({ id }) => isFound(id)));
  showStatus();
}

/** Shows the issues, and reads again what Haven counts and finds. */
function onChange(): void {
  show();
  showCounts();
  search();
}

function onCreate(event: SubmitEvent): void {
  event.preventDefault();
  const input = form?.elements.namedItem('title') as HTMLInputElement; // it is in index.html
  const title = input.value.trim();
  if (title === '') return;
  input.value = '';
  create(title)
    .when('settled')
    .catch((error: unknown) => notify(`“${title}” was not stored. ${reasonOf(error)}`));
}

const root = document.querySelector('#board');
if (root) openBoard(root);
form?.addEventListener('submit', onCreate);
window.addEventListener('beforeunload', (event) => void (unsaved() > 0 && event.preventDefault()));
onConflict(show);
onFound(show);
issues.utils.subscribeStatus(showStatus);
window.addEventListener('online', showStatus);
window.addEventListener('offline', showStatus);
showStatus();

// Without the collection, Haven would refuse to list its issues.
await createCollections(location.origin).catch((error: unknown) =>
  notify(`Haven cannot be reached. ${reasonOf(error)}`),
);
board.subscribeChanges(onChange, { includeInitialState: true });
