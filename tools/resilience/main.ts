import { parseArgs } from 'node:util';

import { buildIfNeeded } from '../build.ts';
import type { Report as ScenarioReport } from './harness/report.ts';
import type { World as ScenarioWorld } from './harness/world.ts';

interface Options {
  minutes: number;
  from?: string | undefined;
  only?: string | undefined;
}

interface ScenarioModule {
  scenario(world: ScenarioWorld, report: ScenarioReport, options: Options): Promise<void>;
}

const scenarios = [
  'database-restart',
  'failover',
  'failover-hosts',
  'network-silent',
  'old-connections-dead',
  'kill-9',
  'browser-sync',
  'rolling-restart',
  'side-by-side',
  'stopping',
  'disk-full',
  'clock-jumps',
  'attacks',
  'backup-versions',
  'soak',
];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Duration of the soak in minutes. */
    minutes: { type: 'string', default: '30' },
    /** A built checkout of the version from which `rolling-restart` and `side-by-side` update. */
    from: { type: 'string' },
    /** Ids of the attacks to run, such as `1a,3`; all by default. */
    only: { type: 'string' },
  },
});

const unknown = positionals.filter((name) => !scenarios.includes(name));
if (unknown.length > 0) {
  console.error(`Unknown scenario: ${unknown.join(', ')}. The scenarios are: ${scenarios.join(', ')}.`);
  process.exit(2);
}
if (!(await buildIfNeeded())) process.exit(1);
const { Report } = await import('./harness/report.ts');
const { World } = await import('./harness/world.ts');

/** Events that end this process. The processes that it has started are stopped first. */
const ENDS = ['SIGINT', 'SIGTERM', 'uncaughtException'];

function fail(why: unknown): never {
  console.error(why);
  process.exit(1);
}

/** The soak takes half an hour, so it runs only if it is named. */
for (const name of positionals.length > 0 ? positionals : scenarios.filter((each) => each !== 'soak')) {
  const { scenario } = (await import(`./${name}.ts`)) as ScenarioModule; // one of the files in this directory
  const report = new Report(name);
  const world = await World.open();
  for (const end of ENDS) process.once(end, (why: unknown) => void world.close().finally(() => fail(why)));
  const began = performance.now();
  try {
    await scenario(world, report, { minutes: Number(options.minutes), from: options.from, only: options.only });
  } catch (error) {
    report.promise('the scenario completes', false, error instanceof Error ? String(error.stack) : String(error));
  } finally {
    await world.close();
    for (const end of ENDS) process.removeAllListeners(end);
  }
  report.figure('duration', `${Math.round((performance.now() - began) / 1_000)} s`);
  report.print();
  if (report.failed) process.exitCode = 1;
}
