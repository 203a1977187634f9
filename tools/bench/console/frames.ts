import type { Page } from 'playwright-core';

import { summary } from '../measure.ts';
import type { Summary } from '../measure.ts';

/** A frame of which the user notices that it is late, in milliseconds. */
const LATE_MS = 50;

/** The frames of a page during an action: their times in milliseconds. A task is long from 50 ms. */
export interface Frames {
  median: number;
  p95: number;
  longest: number;
  /** Share of the frames that took more than 50 ms. */
  late: number;
  longTasks: number;
  longestTask: number;
}

/** The medians of some rounds. */
export type FrameSummary = Record<keyof Frames, Summary>;

/** An entry of the timeline of a page. */
interface TimelineEntry {
  duration: number;
}

/** The parts of a page that the functions below use. The types of browsers are not available in this file. */
interface RecordingPage {
  frameTimes: number[];
  taskTimes: number[];
  isRecording: boolean;
  requestAnimationFrame(callback: (at: number) => void): number;
  PerformanceObserver: new (callback: (list: { getEntries(): TimelineEntry[] }) => void) => {
    observe(options: { type: string }): void;
    takeRecords(): TimelineEntry[];
    disconnect(): void;
  };
  longTasks: { takeRecords(): TimelineEntry[]; disconnect(): void };
}

/** Acts on a page, and returns its frames and long tasks in the time. */
export async function framesDuring(page: Page, act: () => Promise<void>): Promise<Frames> {
  await page.evaluate(startRecording);
  await act();
  const { frames, tasks } = await page.evaluate(stopRecording);
  const sorted = frames.toSorted((one, other) => one - other);
  const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? NaN;
  return {
    median: at(0.5),
    p95: at(0.95),
    longest: at(1),
    late: frames.filter((took) => took > LATE_MS).length / frames.length,
    longTasks: tasks.length,
    longestTask: Math.max(0, ...tasks),
  };
}

/** Resolves when the page has drawn another frame. */
export async function nextFrame(page: Page): Promise<void> {
  await page.evaluate('new Promise((drawn) => requestAnimationFrame(drawn))');
}

/** Returns the median, minimum and maximum of each figure. */
export function frameSummary(rounds: readonly Frames[]): FrameSummary {
  const of = (figure: keyof Frames): Summary => summary(rounds.map((round) => round[figure]));
  return {
    median: of('median'),
    p95: of('p95'),
    longest: of('longest'),
    late: of('late'),
    longTasks: of('longTasks'),
    longestTask: of('longestTask'),
  };
}

function startRecording(): void {
  const page = globalThis as unknown as RecordingPage; // this runs in the page
  page.frameTimes = [];
  page.taskTimes = [];
  page.isRecording = true;
  const observer = new page.PerformanceObserver((list) => {
    page.taskTimes.push(...list.getEntries().map(({ duration }) => duration));
  });
  observer.observe({ type: 'longtask' });
  page.longTasks = observer;
  let last: number | undefined;
  const record = (at: number): void => {
    if (last !== undefined) page.frameTimes.push(at - last);
    last = at;
    if (page.isRecording) page.requestAnimationFrame(record);
  };
  page.requestAnimationFrame(record);
}

/** Waits for two frames more, because the entry of a task follows the task. */
function stopRecording(): Promise<{ frames: number[]; tasks: number[] }> {
  const page = globalThis as unknown as RecordingPage; // this runs in the page
  const drawn = (): Promise<number> => new Promise((resolve) => page.requestAnimationFrame(resolve));
  return drawn()
    .then(drawn)
    .then(() => {
      page.isRecording = false;
      const { frameTimes, taskTimes, longTasks } = page;
      const tasks = [...taskTimes, ...longTasks.takeRecords().map(({ duration }) => duration)];
      longTasks.disconnect();
      return { frames: frameTimes, tasks };
    });
}
