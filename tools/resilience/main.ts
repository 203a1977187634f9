import { parseArgs } from 'node:util';

import { buildIfNeeded } from '../build.ts';

const scenarios = ['database-restart', 'failover', 'kill-9', 'rolling-restart', 'disk-full', 'clock-jumps', 'soak'];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** How long the soak goes on. */
    minutes: { type: 'string', default: '30' },
  },
});

const unknown = positionals.filter((name) => !scenarios.includes(name));
if (unknown.length > 0) {
  console.error(`No such scenario: ${unknown.join(', ')}. There are: ${scenarios.join(', ')}.`);
  process.exit(2);
}
if (!(await buildIfNeeded())) process.exit(1);
const { Report } = await import('./harness/report.ts');
const { World } = await import('./harness/world.ts');

/** Whatever ends this ends what it has started. */
const ENDS = ['SIGINT', 'SIGTERM', 'uncaughtException'];

function fail(why) {
  console.error(why);
  process.exit(1);
}

/** The soak takes half an hour, and is run when it is asked for. */
for (const name of positionals.length > 0 ? positionals : scenarios.filter((each) => each !== 'soak')) {
  const { scenario } = await import(`./${name}.ts`);
  const report = new Report(name);
  const world = await World.open();
  for (const end of ENDS) process.once(end, (why) => void world.close().finally(() => fail(why)));
  const began = performance.now();
  try {
    await scenario(world, report, options);
  } catch (error) {
    report.promise('the scenario runs to its end', false, String(error.stack));
  } finally {
    await world.close();
    for (const end of ENDS) process.removeAllListeners(end);
  }
  report.figure('took', `${Math.round((performance.now() - began) / 1_000)} s`);
  report.print();
  if (report.failed) process.exitCode = 1;
}
