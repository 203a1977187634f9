import { UNREACHED } from '../bench.ts';
import { missingBrowser, startBrowser } from '../console/browser.ts';
import { measureFirstView } from '../console/first-view.ts';
import type { FirstView } from '../console/first-view.ts';
import { measureLongText } from '../console/large-value.ts';
import type { LongTextStep } from '../console/large-value.ts';
import { measureScrolling } from '../console/scrolling.ts';
import type { ScrolledList, Scrolling } from '../console/scrolling.ts';
import { measureServer } from '../console/server-cost.ts';
import type { ServerCost } from '../console/server-cost.ts';
import { megabytes } from '../measure.ts';
import { fixed, measured, spread, table } from '../pages/markdown.ts';
import type { Section } from '../section.ts';
import { createShopCollection, shopBuilt } from './shop-collection.ts';

const COLLECTION = 'browsed';
const RECORDS = 1_000_000;

/** The scrolled lists: a million records, those that a filter leaves (6 of 7), and those that a search finds. */
const LISTS = {
  'all records': COLLECTION,
  'with a filter': `${COLLECTION}?filter=${encodeURIComponent('{"active":true}')}`,
  'with a search': `${COLLECTION}?search=harbor&sort=-%24createdAt`,
};

interface ConsoleResult {
  browser: string;
  first: FirstView[];
  lists: ScrolledList[];
  text: LongTextStep[];
  server: ServerCost[];
}

/** Measures the console in Chromium: its first view, long lists, long texts, and what it costs the server. */
export const browserConsole: Section<ConsoleResult> = {
  plan: { rounds: 3, seconds: 0 },

  unavailable: missingBrowser,

  async measure(bench) {
    const { database, plan } = bench;
    // Otherwise the server would compress the files itself, and not as well as for a release.
    const { compressServedFiles } = await import('../../compress.ts');
    await compressServedFiles();
    const { origin } = await bench.haven('haven', ['console.enabled=true', ...UNREACHED]);
    await createShopCollection(origin, database, COLLECTION, RECORDS, { search: { paths: ['city'] } });
    await shopBuilt(origin, database, [COLLECTION]);
    const browser = await startBrowser();
    try {
      return {
        browser: `Chromium ${browser.version()}`,
        first: await measureFirstView(browser, origin, plan.rounds),
        lists: await measureScrolling(browser, origin, plan.rounds, LISTS),
        text: await measureLongText(browser, origin, plan.rounds),
        server: await measureServer(bench, browser, plan.rounds),
      };
    } finally {
      await browser.close();
    }
  },

  blocks(kept) {
    const { browser, first, lists, text, server } = kept.result;
    return {
      'console-first': `${measured(kept)} ${browser}.\n\n${firstTable(first)}`,
      'console-scrolling': `${measured(kept)} ${browser}.\n\n${framesTable(lists)}\n\n${listsTable(lists)}`,
      'console-text': `${measured(kept)} ${browser}.\n\n${textTable(text)}`,
      'console-server': `${measured(kept)}\n\n${serverTable(server)}`,
    };
  },
};

function firstTable(first: readonly FirstView[]): string {
  const header = ['', 'KB transferred', 'requests', 'first paint, ms', 'link shown, ms', 'next view shown, ms'];
  const rows = first.map(({ row, kilobytes, requests, painted, shown, ledOn }) => [
    row,
    ...[fixed(kilobytes, 0), fixed(requests, 0), spread(painted, 0), spread(shown, 0), spread(ledOn, 0)],
  ]);
  return table(header, rows);
}

function framesTable(lists: readonly ScrolledList[]): string {
  const header = ['', 'median frame, ms', 'p95, ms', 'longest, ms', 'over 50 ms', 'long tasks', 'longest, ms'];
  const rows = lists.flatMap(({ list, scrolling }) => scrolling.map((each) => framesRow(list, each)));
  return table(header, rows);
}

function framesRow(list: string, { row, frames }: Scrolling): string[] {
  const { median, p95, longest, late, longTasks, longestTask } = frames;
  return [
    `${list}, ${row}`,
    ...[fixed(median, 1), spread(p95, 0), fixed(longest, 0), `${fixed(late.median * 100, 1)} %`],
    ...[fixed(longTasks, 0), fixed(longestTask, 0)],
  ];
}

function listsTable(lists: readonly ScrolledList[]): string {
  const rows = lists.map(({ list, rows: count, heap, requests }) => [
    list,
    ...[fixed(count, 0), fixed(heap, 0), fixed(requests, 0)],
  ]);
  return table(['', 'rows in the document', 'JavaScript heap, MB', 'requests for records'], rows);
}

function textTable(text: readonly LongTextStep[]): string {
  const rows = text.map(({ row, task, frame }) => [row, task.median > 0 ? spread(task, 0) : 'none', fixed(frame, 0)]);
  return table(['', 'longest task over 50 ms, ms', 'longest frame, ms'], rows);
}

function serverTable(server: readonly ServerCost[]): string {
  const header = ['', 'ready after, ms', 'resident memory when ready, MB', 'after the first view, MB'];
  const rows = server.map(({ row, ready, memory, served }) => [
    row,
    ...[spread(ready, 0), spread(megabytes(memory), 0), served ? spread(megabytes(served), 0) : ''],
  ]);
  return table(header, rows);
}
