import { mkdir, writeFile } from 'node:fs/promises';

import { GraphQLSchemaHost } from '@nestjs/graphql';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { lexicographicSortSchema, printSchema } from 'graphql';

import { settingsReference } from '@haven/config';
import { instruments, plainNumber, prometheusName } from '@haven/observability';

import { openApi } from './api-docs.js';
import { errorsMarkdown } from './errors-page.js';

/** The generated references, by file name below `docs/`. */
export function generatedDocs(app: NestFastifyApplication): Record<string, string> {
  return {
    'openapi.json': `${JSON.stringify(openApi(app), null, 2)}\n`,
    'schema.graphql': `${printSchema(lexicographicSortSchema(app.get(GraphQLSchemaHost).schema))}\n`,
    'errors.md': errorsMarkdown(),
    'configuration.md': configurationMarkdown(),
    'metrics.md': metricsMarkdown(),
  };
}

/** Writes the references anew. */
export async function writeDocs(app: NestFastifyApplication, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const [name, text] of Object.entries(generatedDocs(app))) await writeFile(`${directory}/${name}`, text);
}

function configurationMarkdown(): string {
  const rows = settingsReference('config').map(
    ({ path, env, default: value, description }) =>
      `### ${path}\n\n${description}\n\nDefault: ${value === null ? 'none' : `\`${value}\``}. Environment: ${env.map((name) => `\`${name}\``).join(', ')}.\n`,
  );
  return `# Configuration\n\n\`config/default.yaml\` ← \`config/{environment}.yaml\` ← environment variables ← \`--set a.b=c\`; the later wins.\nEvery variable may end in \`_FILE\` and then names a file that holds the value. Generated from the configuration classes.\n\n${rows.join('\n')}`;
}

type Declared = ReturnType<typeof instruments>[number];

/** The metrics as a Markdown page: `docs/metrics.md`. */
function metricsMarkdown(): string {
  const sections = instruments().map(sectionOf);
  return `# Metrics\n\nWhat \`/metrics\` tells Prometheus, and OTLP under the name in the second line ([telemetry](telemetry.md)). No label is an id, an address, a\nname of a tenant or collection, or anything else that a client chose. Generated from where the metrics are declared.\n\n${sections.join('\n')}`;
}

function sectionOf(instrument: Declared): string {
  const { name, unit, description, labels = {}, kind } = instrument;
  const rows = Object.entries(labels).map(([label, meaning]) => `- \`${plainNumber(label)}\`: ${meaning}`);
  const of = rows.length > 0 ? `\n${rows.join('\n')}\n` : '';
  return `## ${prometheusName(instrument)}\n\n\`${name}\`, ${KINDS[kind]}, unit \`${unit}\`. ${description}\n${of}`;
}

const KINDS: Record<Declared['kind'], string> = {
  counter: 'counter',
  sum: 'up-down counter',
  gauge: 'gauge',
  histogram: 'histogram',
};
