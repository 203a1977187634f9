import { describePostgresUrl } from '@haven/config';
import type { LoadedConfig } from '@haven/config';

import { project } from './project-root.js';

/** Returns the summary that is printed after the start. It contains no secret. */
export function startScreen({ config, environment }: LoadedConfig, origin: string, dataDir?: string): string {
  const rows: [string, string][] = [
    ['Overview', `${origin}/`],
    ...(config.console.enabled ? [['Console', `${origin}/console`] as [string, string]] : []),
    ...(config.docs.enabled
      ? ([
          ['Guide', `${origin}/docs/guide`],
          ['API', `${origin}/docs`],
        ] satisfies [string, string][])
      : ([['API', `${origin}/api/v1`]] satisfies [string, string][])),
    [config.graphql.ide ? 'GraphQL IDE' : 'GraphQL', `${origin}/graphql`],
    ['Data', dataDir ?? `PostgreSQL at ${describePostgresUrl(config.database.url ?? 'postgres://')}`],
    ['CLI', 'npx haven --help   (in this directory, it finds this server)'],
    ['', `export HAVEN_URL=${origin}   (elsewhere)`],
  ];
  const lines = rows.map(([name, value]) => `  ${name.padEnd(13)}${value}`);
  return [
    '',
    `  Haven ${project.version} is ready (${environment}).`,
    '',
    ...lines,
    '',
    '  Press Ctrl-C to stop.',
    '',
    '',
  ].join('\n');
}

/** Returns the text that shows the first key. It is not logged, because logs are kept. */
export function firstKeyScreen(key: string): string {
  return [
    '',
    '  This is the first operator key. It has all scopes and is shown only once; store it safely:',
    '',
    `    ${key}`,
    '',
    '  Try: curl -H "Authorization: Bearer $HAVEN_KEY" .../api/v1/tenants',
    '',
    '',
  ].join('\n');
}
