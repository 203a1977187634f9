import type { LoadedConfig } from '@haven/config';

import { project } from './project-root.js';
import { placeOf } from './start-error.js';

/** What a person needs to know of a Haven that has just started; without any secret. */
export function startScreen({ config, environment }: LoadedConfig, origin: string, dataDir?: string): string {
  const rows: [string, string][] = [
    ['API', `${origin}/api/v1`],
    ...(config.docs.enabled ? [['Swagger UI', `${origin}/docs`] satisfies [string, string]] : []),
    [config.graphql.ide ? 'GraphQL IDE' : 'GraphQL', `${origin}/graphql`],
    ['OpenAPI', `${origin}/openapi.json`],
    ['Probes', `${origin}/livez  /readyz  /startupz`],
    ['Data', dataDir ?? `PostgreSQL at ${placeOf(config.database.url ?? '')}`],
  ];
  const lines = rows.map(([name, value]) => `  ${name.padEnd(13)}${value}`);
  return [
    '',
    `  Haven ${project.version} is ready (${environment}).`,
    '',
    ...lines,
    '',
    '  Ctrl-C stops it.',
    '',
    '',
  ].join('\n');
}

/** Not a line of the log: those are kept. */
export function firstKeyScreen(key: string): string {
  return [
    '',
    '  This is the first operator key. It is shown this once, and may do everything; keep it safe:',
    '',
    `    ${key}`,
    '',
    '  Try: curl -H "Authorization: Bearer $HAVEN_KEY" .../api/v1/tenants',
    '',
    '',
  ].join('\n');
}
