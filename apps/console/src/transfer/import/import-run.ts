import { HavenError } from 'haven-records';

import { newId } from '../../values/ids.js';
import { itemsOf } from '../files/source-file.js';
import { BadLines } from './bad-lines.js';
import type { BadLine, Numbered } from './bad-lines.js';
import { converter } from './convert.js';
import type { Converted } from './convert.js';
import { sendLines } from './import-request.js';
import type { ImportOptions, ImportReport, ImportTarget } from './import-request.js';
import type { ImportPlan } from './plan.js';
import type { Scan } from './scan.js';

/** The progress of an import, or of its dry run. */
export interface ImportResult {
  created: number;
  updated: number;
  bad: BadLines;
  /** Bad lines that the server has counted, but not named. */
  unnamed: number;
}

/** How to run an import. */
export interface ImportRun {
  target: ImportTarget;
  scan: Scan;
  plan: ImportPlan;
  /** `check` changes nothing. */
  mode: 'check' | 'import';
  /** The bad lines that a dry run has found, which are skipped. Undefined if there was none. */
  known?: BadLines;
  /** Whether to send few lines at once, so that the server names all bad ones. */
  hasSmallParts: boolean;
  onProgress(items: number, result: ImportResult): void;
  /** Called if a part cannot be sent. Resolves to send it again, and rejects to end the import. */
  onFailure(error: unknown): Promise<void>;
}

type Part = Numbered & Converted;
type Line = Extract<Part, { line: string }>;

/** Lines of a part. By default, the server writes at most 500 in one transaction. */
const LINES = 500;
/** Lines of a part of which all may be bad: by default, the server names at most 100. */
const FEW_LINES = 100;
/** Characters of a part. */
const CHARACTERS = 1_000_000;

/** Imports a file part by part, so that the progress is known and each bad line is named. */
export async function runImport(run: ImportRun): Promise<ImportResult> {
  const { scan, plan, known } = run;
  const header = plan.firstRow === 'names' ? scan.sample[0]?.text : undefined;
  const bad = known ?? new BadLines(scan.source.kind, header);
  const result: ImportResult = { created: 0, updated: 0, bad, unnamed: 0 };
  let items = 0;
  for await (const part of partsOf(scan, plan, run.hasSmallParts && !known ? FEW_LINES : LINES)) {
    run.target.signal.throwIfAborted();
    items += part.length;
    const left = part.filter((numbered) => !bad.has(numbered));
    const problems = left.flatMap((numbered) =>
      'problem' in numbered ? [refused(numbered, 'UNREADABLE', numbered.problem)] : [],
    );
    const report = await sendPart(
      run,
      left.filter((numbered): numbered is Line => 'line' in numbered),
    );
    result.created += report.created;
    result.updated += report.updated;
    result.unnamed += report.unnamed;
    bad.add([...problems, ...report.bad].toSorted((one, other) => one.index - other.index));
    run.onProgress(items, { ...result });
  }
  return result;
}

interface PartReport {
  created: number;
  updated: number;
  bad: BadLine[];
  unnamed: number;
}

/** Why the server did not read all lines of a part. */
type Unread = { why: 'too slow' } | { why: 'too long'; detail: string };

/**
 * Sends lines. A dry run that takes too long, or that has more bad lines than the server names, is divided. A line that
 * is too long for the server is refused, and the others are sent without it.
 */
async function sendPart(run: ImportRun, lines: readonly Line[]): Promise<PartReport> {
  if (lines.length === 0) return { created: 0, updated: 0, bad: [], unnamed: 0 };
  const isCheck = run.mode === 'check';
  const options = isCheck ? ({ dryRun: true } as const) : { idempotencyKey: newId() };
  const report = await attempt(run, () => sendOnce(run, lines, options));
  if ('why' in report && report.why === 'too long') {
    const longest = longestOf(lines);
    const others = await sendPart(
      run,
      lines.filter((line) => line !== longest),
    );
    return { ...others, bad: [refused(longest, 'PAYLOAD_TOO_LARGE', report.detail), ...others.bad] };
  }
  if (!('why' in report) && (!isCheck || report.unnamed === 0 || lines.length === 1)) return report;
  const half = Math.ceil(lines.length / 2);
  const first = await sendPart(run, lines.slice(0, half));
  const second = await sendPart(run, lines.slice(half));
  return {
    created: first.created + second.created,
    updated: first.updated + second.updated,
    bad: [...first.bad, ...second.bad],
    unnamed: first.unnamed + second.unnamed,
  };
}

async function sendOnce(run: ImportRun, lines: readonly Line[], options: ImportOptions): Promise<PartReport | Unread> {
  try {
    return refusals(await sendLines(run.target, bodyOf(lines), options), lines);
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

async function attempt<Report>(run: ImportRun, send: () => Promise<Report>): Promise<Report> {
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (run.target.signal.aborted) throw error;
      await run.onFailure(error);
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

function refused({ index, item }: Numbered, code: string, detail: string): BadLine {
  return { index, item, errors: [{ line: item.line, index, code, detail, pointer: '' }] };
}

function bodyOf(lines: readonly Line[]): string {
  return lines.map(({ line }) => `${line}\n`).join('');
}

/** Returns the items of the file as lines of NDJSON, in parts that are not too large. */
async function* partsOf(scan: Scan, plan: ImportPlan, lines: number): AsyncGenerator<Part[]> {
  const convert = converter(plan);
  let part: Part[] = [];
  let index = 0;
  let length = 0;
  let isFirst = scan.source.kind === 'csv' && plan.firstRow === 'names';
  for await (const items of itemsOf(scan.source)) {
    for (const item of items) {
      if (isFirst) {
        isFirst = false;
        continue;
      }
      index += 1;
      part.push({ index, item, ...convert(item) });
      length += item.text.length;
      if (part.length < lines && length < CHARACTERS) continue;
      yield part;
      part = [];
      length = 0;
    }
  }
  if (part.length > 0) yield part;
}

/** Imports a file in one transaction: all of it, or nothing. */
export async function runAtomicImport(run: ImportRun): Promise<ImportResult> {
  const { scan, plan, target } = run;
  const result: ImportResult = { created: 0, updated: 0, bad: new BadLines(scan.source.kind, undefined), unnamed: 0 };
  const parts: Blob[] = [];
  let line = 1;
  let items = 0;
  for await (const part of partsOf(scan, plan, LINES)) {
    target.signal.throwIfAborted();
    const texts: string[] = [];
    for (const converted of part) {
      const { item } = converted;
      if ('problem' in converted) throw new Error(`Line ${item.line}: ${converted.problem}`);
      // Blank lines are ignored. With them, the lines have the numbers that they have in the file.
      texts.push('\n'.repeat(Math.max(0, item.line - line)), converted.line, '\n');
      line = Math.max(line, item.line) + 1;
    }
    parts.push(new Blob(texts));
    items += part.length;
    run.onProgress(items, result);
  }
  const report = await sendLines(target, new Blob(parts), { idempotencyKey: newId(), atomic: true });
  return { ...result, created: report.created, updated: report.updated };
}
