import { element } from './element.js';
import { oneAtATime } from './one-at-a-time.js';
import { STATES } from './schema.js';
import { records } from './store.js';

/** Number of months in the table. */
const MONTHS = 12;

const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
const months = new Intl.DateTimeFormat(undefined, { month: 'long', year: 'numeric', timeZone });
const states = Object.entries(STATES);

/** Counts the issues by the month of their creation and by state. Haven counts them, so none has to be here. */
async function countIssues() {
  return records.aggregate({
    groupBy: [{ path: '$createdAt', bucket: 'month', timeZone, name: 'month' }, 'state'],
    compute: { count: 'count' },
    orderBy: '-month',
    limit: MONTHS * states.length,
  });
}

type Group = Awaited<ReturnType<typeof countIssues>>['groups'][number];

/** Reads the counts and shows them, newest month first. Without a connection, it leaves those that are shown. */
export const showCounts = oneAtATime(async () => {
  const table = document.querySelector('#counts');
  try {
    const { groups } = await countIssues();
    table?.replaceChildren(...tableOf(groups));
  } catch {
    table?.classList.add('stale');
    return;
  }
  table?.classList.remove('stale');
});

function tableOf(groups: readonly Group[]): Node[] {
  if (groups.length === 0) return [];
  const header = ['Created', ...states.map(([, label]) => label)];
  const rows = [...new Set(groups.map(({ key }) => key.month ?? ''))].slice(0, MONTHS).map((month) => {
    const cells = states.map(([state]) => {
      const group = groups.find(({ key }) => key.month === month && key.state === state);
      return element('td', {}, String(group?.values.count ?? 0));
    });
    return element('tr', {}, element('th', { scope: 'row' }, months.format(new Date(month))), ...cells);
  });
  const head = element('tr', {}, ...header.map((label) => element('th', { scope: 'col' }, label)));
  return [element('thead', {}, head), element('tbody', {}, ...rows)];
}
