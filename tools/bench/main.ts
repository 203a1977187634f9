import { setTimeout as sleep } from 'node:timers/promises';

import { buildIfNeeded } from '../build.ts';
import type { Bench as BenchType } from './bench.ts';
import type { Rounds } from './measure.ts';
import { readCommand } from './options.ts';
import type { BenchOptions } from './options.ts';

if (!(await buildIfNeeded())) process.exit(1);
const { Bench } = await import('./bench.ts');
const { writePages } = await import('./pages/pages.ts');
const { profile } = await import('./profile.ts');
const { checkRatios } = await import('./check.ts');
const { circumstances, keepResult, readResults } = await import('./results.ts');
const { sectionOf, sections } = await import('./sections.ts');
const { requests } = await import('./sections/requests.ts');

/** A section that waits for something that does not happen would keep the others from running. */
const MAX_MINUTES = 20;

// For example of a request that failed before the section came to wait for it. It must not end the other sections.
process.on('unhandledRejection', (error) => fail('A promise that nothing waited for', error));

const command = readCommand(Object.keys(sections));
const { profile: what } = command;
if (what !== undefined) await withBench({ rounds: 1, seconds: command.seconds ?? 1 }, (bench) => profile(bench, what));
else if (command.check) await check();
else for (const name of chosen()) await run(name).catch((error: unknown) => fail(name, error));

/** Returns the named sections; all of them if the documentation is to be written, otherwise the one about requests. */
function chosen(): string[] {
  if (command.sections.length > 0) return command.sections;
  return command.write ? Object.keys(sections) : ['requests'];
}

/** Reports the failure of a section. The others run all the same, because all together take half an hour. */
function fail(name: string, error: unknown): void {
  console.error(`${name} failed:`, error);
  process.exitCode = 1;
}

async function run(name: string): Promise<void> {
  const section = sectionOf(name);
  const reason = section.unavailable?.();
  if (reason !== undefined) return console.error(`${name} was skipped: ${reason}`);
  const plan = { rounds: command.rounds ?? section.plan.rounds, seconds: command.seconds ?? section.plan.seconds };
  const measure = (bench: BenchType): Promise<unknown> => Promise.race([section.measure(bench), expired(name)]);
  const started = performance.now();
  const about = circumstances();
  const kept = { ...about, plan, result: await withBench(plan, measure) };
  for (const block of Object.values(section.blocks(kept))) console.log(`${block}\n`);
  process.stderr.write(`${name}: ${Math.round((performance.now() - started) / 1_000)} s\n`);
  if (!command.write) return;
  keepResult(name, kept);
  await writePages();
}

async function expired(name: string): Promise<never> {
  await sleep(MAX_MINUTES * 60_000, undefined, { ref: false });
  throw new Error(`${name} was not done after ${MAX_MINUTES} minutes.`);
}

/** Measures the ratios to `plain` at 16 connections, and fails if they are much greater than the kept ones. */
async function check(): Promise<void> {
  const plan = { rounds: command.rounds ?? 7, seconds: command.seconds ?? 1 };
  const options = { ...command, connections: [16], servers: ['plain'], also: [], older: [] };
  const cells = await withBench(plan, (bench) => requests.measure(bench), options);
  if (!checkRatios(cells, readResults())) process.exitCode = 1;
}

async function withBench<T>(
  plan: Rounds,
  use: (bench: BenchType) => Promise<T>,
  options: BenchOptions = command,
): Promise<T> {
  const bench = await Bench.open(plan, options);
  try {
    return await use(bench);
  } finally {
    await bench.stop();
  }
}
