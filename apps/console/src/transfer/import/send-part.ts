import { HavenError } from 'haven-records';

import { newId } from '../../values/ids.js';
import type { BadLine, Numbered } from './bad-lines.js';
import type { Converted } from './convert.js';
import type { ImportControl } from './import-control.js';
import { sendLines } from './import-request.js';
import type { ImportOptions, ImportReport, ImportTarget } from './import-request.js';

/** An item of the file, as a line of NDJSON. */
export type Line = Numbered & Extract<Converted, { line: string }>;

/** How to send the parts of a file. */
export interface PartRun {
  target: Omit<ImportTarget, 'signal'>;
  /** Stops the import, and lets it continue. */
  control: ImportControl;
  /** `check` changes nothing. */
  mode: 'check' | 'import';
  /** Called if a part cannot be sent. Resolves to send it again, also when the import is stopped by `signal`. */
  onFailure(error: unknown, signal: AbortSignal): Promise<void>;
}

/** The result of a part. */
interface PartReport {
  created: number;
  updated: number;
  bad: BadLine[];
  unnamed: number;
}

const NOTHING: PartReport = { created: 0, updated: 0, bad: [], unnamed: 0 };

/** Why the server did not read all lines of a part. */
type Unread = { why: 'too slow' } | { why: 'too long'; detail: string };

/** Lines of which all may be bad: by default, the server names at most 100. */
export const FEW_LINES = 100;

/** Sends lines. A line that is too long for the server is refused, and the others are sent without it. */
export async function sendPart(run: PartRun, lines: readonly Line[]): Promise<PartReport> {
  if (lines.length === 0) return NOTHING;
  const isCheck = run.mode === 'check';
  const options = isCheck ? ({ dryRun: true } as const) : { idempotencyKey: newId() };
  const report = await attempt(run, (signal) => sendOnce({ ...run.target, signal }, lines, options));
  if ('why' in report && report.why === 'too long') {
    const longest = longestOf(lines);
    const others = await sendPart(
      run,
      lines.filter((line) => line !== longest),
    );
    return { ...others, bad: [refused(longest, 'PAYLOAD_TOO_LARGE', report.detail), ...others.bad] };
  }
  if ('why' in report) return sendHalves(run, lines);
  if (report.unnamed === 0) return report;
  if (!isCheck) return withAllNamed(run, lines, report);
  return lines.length === 1 ? report : sendHalves(run, lines);
}

/** Sends a dry run in two parts: it took too long, or had more bad lines than the server names. */
async function sendHalves(run: PartRun, lines: readonly Line[]): Promise<PartReport> {
  const half = Math.ceil(lines.length / 2);
  return sum(await sendPart(run, lines.slice(0, half)), await sendPart(run, lines.slice(half)));
}

/**
 * Names the bad lines of a part that the server has only counted, by a dry run of the lines that are not named. It
 * finds others if a line that was stored cannot be stored once more, such as one with a unique value; then they are not
 * named.
 */
async function withAllNamed(run: PartRun, lines: readonly Line[], report: PartReport): Promise<PartReport> {
  const named = new Set(report.bad.map(({ index }) => index));
  const others = lines.filter(({ index }) => !named.has(index));
  let found = NOTHING;
  for (let start = 0; start < others.length; start += FEW_LINES)
    found = sum(found, await sendPart({ ...run, mode: 'check' }, others.slice(start, start + FEW_LINES)));
  return found.bad.length === report.unnamed ? { ...report, bad: [...report.bad, ...found.bad], unnamed: 0 } : report;
}

function sum(first: PartReport, second: PartReport): PartReport {
  return {
    created: first.created + second.created,
    updated: first.updated + second.updated,
    bad: [...first.bad, ...second.bad],
    unnamed: first.unnamed + second.unnamed,
  };
}

async function sendOnce(
  target: ImportTarget,
  lines: readonly Line[],
  options: ImportOptions,
): Promise<PartReport | Unread> {
  try {
    return refusals(await sendLines(target, bodyOf(lines), options), lines);
  } catch (error) {
    if (!(error instanceof HavenError)) throw error;
    // The number of the line is that in the part, not that in the file.
    if (error.code === 'PAYLOAD_TOO_LARGE')
      return { why: 'too long', detail: error.message.replace(/^Line \d+/, 'The line') };
    if (options.dryRun && lines.length > 1 && error.code === 'QUERY_TIMEOUT') return { why: 'too slow' };
    throw error;
  }
}

function longestOf(lines: readonly Line[]): Line {
  const sizeOf = ({ line }: Line): number => new Blob([line]).size;
  return lines.reduce((longest, line) => (sizeOf(line) > sizeOf(longest) ? line : longest));
}

function refusals(report: ImportReport, lines: readonly Line[]): PartReport {
  const bad = badLinesOf(report, lines);
  return { created: report.created, updated: report.updated, bad, unnamed: report.failed - bad.length };
}

/**
 * Sends until it succeeds. If the import is stopped in between, the same lines are sent again when it continues, with
 * the same idempotency key.
 */
async function attempt<Report>(run: PartRun, send: (signal: AbortSignal) => Promise<Report>): Promise<Report> {
  for (;;) {
    const { signal } = run.control;
    try {
      return await send(signal);
    } catch (error) {
      await (signal.aborted ? run.control.whenRunning() : run.onFailure(error, signal));
    }
  }
}

function badLinesOf(report: ImportReport, lines: readonly Line[]): BadLine[] {
  const found = new Map<number, BadLine>();
  for (const { line, ...error } of report.errors) {
    const numbered = lines[line - 1];
    if (!numbered) continue;
    const { index, item } = numbered;
    const known = found.get(line) ?? { index, item, errors: [] };
    known.errors.push({ ...error, line: item.line, index });
    found.set(line, known);
  }
  return [...found.values()];
}

/** Returns an item that was refused. */
export function refused({ index, item }: Numbered, code: string, detail: string): BadLine {
  return { index, item, errors: [{ line: item.line, index, code, detail, pointer: '' }] };
}

function bodyOf(lines: readonly Line[]): string {
  return lines.map(({ line }) => `${line}\n`).join('');
}
