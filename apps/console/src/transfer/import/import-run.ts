import { newId } from '../../values/ids.js';
import { itemsOf } from '../files/source-file.js';
import { BadLines } from './bad-lines.js';
import type { Numbered } from './bad-lines.js';
import { converter } from './convert.js';
import type { Converted } from './convert.js';
import { sendLines } from './import-request.js';
import type { ImportPlan } from './plan.js';
import type { Scan } from './scan.js';
import { FEW_LINES, refused, sendPart } from './send-part.js';
import type { Line, PartRun } from './send-part.js';

/** The progress of an import, or of its dry run. */
export interface ImportResult {
  created: number;
  updated: number;
  bad: BadLines;
  /** Bad lines that the server has counted, but not named. */
  unnamed: number;
}

/** How to run an import. */
export interface ImportRun extends PartRun {
  scan: Scan;
  plan: ImportPlan;
  /** The bad lines that a dry run has found, which are skipped. Undefined if there was none. */
  known?: BadLines;
  /** Whether to send few lines at once, so that the server names all bad ones. */
  hasSmallParts: boolean;
  onProgress(items: number, result: ImportResult): void;
}

type Part = Numbered & Converted;

/** Lines of a part. By default, the server writes at most 500 in one transaction. */
const LINES = 500;
/** Characters of a part. */
const CHARACTERS = 1_000_000;

/**
 * Imports a file part by part, so that the progress is known and each bad line is named. An import that is stopped
 * waits until it continues.
 */
export async function runImport(run: ImportRun): Promise<ImportResult> {
  const { scan, plan, known } = run;
  const header = plan.firstRow === 'names' ? scan.sample[0]?.text : undefined;
  const bad = known ?? new BadLines(scan.source.kind, header);
  const result: ImportResult = { created: 0, updated: 0, bad, unnamed: 0 };
  let items = 0;
  run.onProgress(items, { ...result });
  for await (const part of partsOf(scan, plan, run.hasSmallParts && !known ? FEW_LINES : LINES)) {
    await run.control.whenRunning();
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
  const { scan, plan, target, control } = run;
  const { signal } = control;
  const result: ImportResult = { created: 0, updated: 0, bad: new BadLines(scan.source.kind, undefined), unnamed: 0 };
  const parts: Blob[] = [];
  let line = 1;
  let items = 0;
  for await (const part of partsOf(scan, plan, LINES)) {
    signal.throwIfAborted();
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
  const report = await sendLines({ ...target, signal }, new Blob(parts), { idempotencyKey: newId(), atomic: true });
  return { ...result, created: report.created, updated: report.updated };
}
