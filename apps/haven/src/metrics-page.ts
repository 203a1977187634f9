import { instruments, plain, prometheusName } from '@haven/platform';

type Declared = ReturnType<typeof instruments>[number];

/** The metrics as a Markdown page: `docs/metrics.md`. */
export function metricsMarkdown(): string {
  const sections = instruments().map(sectionOf);
  return `# Metrics\n\nWhat \`/metrics\` tells Prometheus, and OTLP under the name in the second line ([telemetry](telemetry.md)). No label is an id, an address, a\nname of a tenant or collection, or anything else that a client chose. Generated from where the metrics are declared.\n\n${sections.join('\n')}`;
}

function sectionOf(instrument: Declared): string {
  const { name, unit, description, labels = {}, kind } = instrument;
  const rows = Object.entries(labels).map(([label, meaning]) => `- \`${plain(label)}\`: ${meaning}`);
  const of = rows.length > 0 ? `\n${rows.join('\n')}\n` : '';
  return `## ${prometheusName(instrument)}\n\n\`${name}\`, ${KINDS[kind]}, unit \`${unit}\`. ${description}\n${of}`;
}

const KINDS: Record<Declared['kind'], string> = {
  counter: 'counter',
  sum: 'up-down counter',
  gauge: 'gauge',
  histogram: 'histogram',
};
