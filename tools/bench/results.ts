import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, totalmem } from 'node:os';
import { join } from 'node:path';

import { root } from '../tool.ts';
import type { Rounds } from './measure.ts';

/** The result of a section with the circumstances of the measurement, as docs/benchmark.json contains it. */
export interface Kept<Result = unknown> {
  /** The commit that was measured, and the date. */
  commit: string;
  date: string;
  machine: string;
  plan: Rounds;
  result: Result;
}

/** The kept results, by the name of the section. */
export type Results = Record<string, Kept | undefined>;

const FILE = join(root, 'docs/benchmark.json');

/** Returns the commit, the date and the machine. To be called before a measurement, during which they may change. */
export function circumstances(): Pick<Kept, 'commit' | 'date' | 'machine'> {
  return { commit: commit(), date: new Date().toISOString().slice(0, 10), machine: machine() };
}

export function readResults(): Results {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Results) : {}; // written by this file
}

/** Replaces the result of one section in docs/benchmark.json. */
export function keepResult(name: string, kept: Kept): void {
  const results = { ...readResults(), [name]: kept };
  const sorted = Object.fromEntries(Object.entries(results).sort(([one], [other]) => (one < other ? -1 : 1)));
  writeFileSync(FILE, `${JSON.stringify(sorted, rounded, 1)}\n`);
}

/** Five digits are more than a measurement has. Without the limit, the file would be twice as long. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
}

/** The documentation does not count as a change, because the sections that ran before have written to it. */
function commit(): string {
  const head = git('rev-parse', '--short=8', 'HEAD');
  return git('status', '--porcelain', '--', ':!docs') === '' ? head : `${head} with changes`;
}

function git(...args: string[]): string {
  return spawnSync('git', args, { cwd: root, encoding: 'utf8' }).stdout.trim();
}

function machine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores (${cpus()[0]?.model ?? arch()}), ${memory} GiB, Node ${process.versions.node}`;
}
