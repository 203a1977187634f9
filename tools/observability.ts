import { join } from 'node:path';

import { format, resolveConfig } from 'prettier';
import { stringify } from 'yaml';

import { alerts } from './observability/alerts.ts';
import { dashboards } from './observability/dashboards.ts';
import { grafanaDashboard } from './observability/grafana.ts';
import { recordings } from './observability/objectives.ts';
import type { Alert } from './observability/objectives.ts';
import { root } from './tool.ts';

const DIRECTORY = 'docker/observability';
const NOTE = 'Made by `npm run generate` from tools/observability/; not to be edited here.';

/** Alert rules and dashboards, by path, as Prometheus and Grafana read them. */
export async function observabilityFiles(): Promise<Record<string, string>> {
  const files = [
    ['rules.yml', `# ${NOTE}\n${stringify(rules(), { lineWidth: 0 })}`],
    ...dashboards.map((each) => [`grafana/dashboards/${each.file}.json`, JSON.stringify(grafanaDashboard(each))]),
  ] as [string, string][];
  const formatted = files.map(async ([name, text]) => {
    const path = join(root, DIRECTORY, name);
    return [`${DIRECTORY}/${name}`, await format(text, { ...(await resolveConfig(path)), filepath: path })];
  });
  return Object.fromEntries(await Promise.all(formatted));
}

function rules() {
  return {
    groups: [
      { name: 'haven-objectives', rules: recordings },
      { name: 'haven-alerts', rules: alerts.map(ruleOf) },
    ],
  };
}

function ruleOf({ alert, severity, labels = {}, wait, when, summary, description }: Alert) {
  return {
    alert,
    expr: when.map(([value, limit]) => `(${value})\n${limit}`).join('\nand\n'),
    for: wait,
    labels: { severity, ...labels },
    annotations: { summary, description, runbook_url: `docs/alerts.md#${alert.toLowerCase()}` },
  };
}
