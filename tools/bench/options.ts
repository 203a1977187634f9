import { parseArgs } from 'node:util';

import type { Api } from './compare.ts';

/** The options of all sections. */
export interface BenchOptions {
  operations: string[];
  apis: Api[];
  connections: number[];
  servers: string[];
  also: string[];
  older: string[];
  data: string | undefined;
}

/** The command line: the sections to run, or something else to do. */
export interface Command extends BenchOptions {
  sections: string[];
  rounds: number | undefined;
  seconds: number | undefined;
  write: boolean;
  check: boolean;
  profile: string | undefined;
}

/** Reads the command line. Each of `sections` has an option of its name, which runs that section. */
export function readCommand(sections: readonly string[]): Command {
  const { values } = parseArgs({
    options: {
      ...Object.fromEntries(sections.map((name) => [name, { type: 'boolean' as const, default: false }])),
      operations: { type: 'string', default: 'get,list,filter,undeclared,create,patch' },
      apis: { type: 'string', default: 'rest,graphql' },
      connections: { type: 'string', default: '1,16,64' },
      /** Servers that are measured beside Haven: `plain`, `raw`, and `ships`, which is Haven as it ships. */
      servers: { type: 'string', default: 'plain,ships' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      /** Another built checkout, to measure in the same rounds instead of `servers`: `--also before=../before`. */
      also: { type: 'string', multiple: true, default: [] },
      /** A built checkout whose database schema differs, beside `servers`. It has a database of its own. */
      older: { type: 'string', multiple: true, default: [] },
      /** Data directory of a database that is filled once and reused. */
      data: { type: 'string' },
      /** Keeps the results in docs/benchmark.json and in the documentation: of all sections, if none is named. */
      write: { type: 'boolean', default: false },
      /** Compares ratios with those in docs/benchmark.json, and fails if they are much greater. */
      check: { type: 'boolean', default: false },
      /** Records a CPU profile of one operation, such as `get` or `graphql:list`, instead of measuring. */
      profile: { type: 'string' },
    },
  });
  const named: Record<string, unknown> = values;
  return {
    sections: sections.filter((name) => named[name] === true),
    operations: values.operations.split(','),
    apis: values.apis.split(',') as Api[], // an unknown name matches no operation
    connections: values.connections.split(',').map(Number),
    servers: values.servers.split(',').filter((name) => name !== ''),
    also: values.also,
    older: values.older,
    data: values.data,
    rounds: numberOf(values.rounds),
    seconds: numberOf(values.seconds),
    write: values.write,
    check: values.check,
    profile: values.profile,
  };
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
