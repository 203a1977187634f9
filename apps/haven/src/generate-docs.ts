import { mkdir, writeFile } from 'node:fs/promises';

import { GraphQLSchemaHost } from '@nestjs/graphql';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { lexicographicSortSchema, printSchema } from 'graphql';

import { settingsReference } from '@haven/config';
import { instruments, prometheusLabel, prometheusName } from '@haven/observability';

import { openApi } from './openapi/generic-document.js';
import { errorsMarkdown } from './errors-page.js';

/** Generates the reference documents. Returns the content of each, by its file name below `docs/`. */
export function generatedDocs(app: NestFastifyApplication): Record<string, string> {
  return {
    'openapi.json': `${JSON.stringify(openApi(app), null, 2)}\n`,
    'schema.graphql': `${printSchema(lexicographicSortSchema(app.get(GraphQLSchemaHost).schema))}\n`,
    'errors.md': errorsMarkdown(),
    'configuration.md': configurationMarkdown(),
    'metrics.md': metricsMarkdown(),
  };
}

/** Writes the reference documents. */
export async function writeDocs(app: NestFastifyApplication, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const [name, text] of Object.entries(generatedDocs(app))) await writeFile(`${directory}/${name}`, text);
}

function configurationMarkdown(): string {
  const rows = settingsReference('config').map(
    ({ path, env, default: value, description }) =>
      `### ${path}\n\n${description}\n\nDefault: ${value === null ? 'none' : `\`${value}\``}. Environment: ${env.map((name) => `\`${name}\``).join(', ')}.\n`,
  );
  const intro =
    '`config/default.yaml` ← `config/{environment}.yaml` ← environment variables ← `--set a.b=c`; later sources override\n' +
    'earlier ones. A variable with the suffix `_FILE` names a file that contains the value. Generated from the\n' +
    'configuration classes.';
  return `# Configuration\n\n${intro}\n\n${rows.join('\n')}`;
}

type Declared = ReturnType<typeof instruments>[number];

/** Returns the metrics as a Markdown page, `docs/metrics.md`. */
function metricsMarkdown(): string {
  const sections = instruments().map(sectionOf);
  const intro =
    'The metrics that `/metrics` exposes to Prometheus, and that OTLP exports under the name in the second line\n' +
    '([telemetry](telemetry.md)). No label is an id, an address, a name of a tenant or collection, or any other value that\n' +
    'a client chose. Generated from the declarations of the metrics.';
  return `# Metrics\n\n${intro}\n\n${sections.join('\n')}`;
}

function sectionOf(instrument: Declared): string {
  const { name, unit, description, labels = {}, kind } = instrument;
  const rows = Object.entries(labels).map(([label, meaning]) => `- \`${prometheusLabel(label)}\`: ${meaning}`);
  const of = rows.length > 0 ? `\n${rows.join('\n')}\n` : '';
  return `## ${prometheusName(instrument)}\n\n\`${name}\`, ${KINDS[kind]}, unit \`${unit}\`. ${description}\n${of}`;
}

const KINDS: Record<Declared['kind'], string> = {
  counter: 'counter',
  sum: 'up-down counter',
  gauge: 'gauge',
  histogram: 'histogram',
};
