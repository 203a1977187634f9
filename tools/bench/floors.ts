import { join } from 'node:path';

import { bundleModules } from '../bundle.ts';
import { root } from '../tool.ts';
import type { Bench } from './bench.ts';
import type { Contestant } from './compare.ts';
import { fillFloors, FLOORS_DATABASE } from './floors-data.ts';
import { operationOf } from './operations.ts';

/** Starts a reference server of floors/, on the records in a database of its own. */
export async function startFloor(bench: Bench, name: string): Promise<Contestant> {
  const env = { ...(await fillFloors(bench.database)), PGAPPNAME: name, NODE_ENV: 'production' };
  const module = name === 'nest' ? await bundledNest() : join(import.meta.dirname, `floors/${name}.ts`);
  return {
    server: await bench.start(name, module, { env }),
    sessions: { database: FLOORS_DATABASE, application: name },
    has: (operation, api) => operationOf(operation).only !== 'haven' && (api === 'rest' || name !== 'raw'),
  };
}

/** Node cannot run decorators, so the Nest application is bundled as Haven is. */
async function bundledNest(): Promise<string> {
  const directory = join(root, 'dist/tools');
  await bundleModules(root, { 'nest-floor': 'tools/bench/floors/nest/main.ts' }, directory);
  return join(directory, 'nest-floor.js');
}
