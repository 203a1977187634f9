import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { format, resolveConfig } from 'prettier';
import { stringify } from 'yaml';

import { root } from './build.ts';
import { alerts } from './observability/alerts.ts';
import { dashboards } from './observability/dashboards.ts';
import { grafanaDashboard } from './observability/grafana.ts';
import { recordings } from './observability/objectives.ts';

const DIRECTORY = 'docker/observability';
const NOTE = 'Made by `npm run observability:generate` from scripts/observability/; not to be edited here.';

/** Alerts and dashboards as Prometheus and Grafana read them. Writes what differs; without `--write` it only tells. */
const files = {
  'rules.yml': `# ${NOTE}\n${stringify(rules(), { lineWidth: 0 })}`,
  ...Object.fromEntries(
    dashboards.map((each) => [`grafana/dashboards/${each.file}.json`, JSON.stringify(grafanaDashboard(each))]),
  ),
};

const stale = [];
for (const [name, text] of Object.entries(files)) {
  const path = join(root, DIRECTORY, name);
  const made = await format(text, { ...(await resolveConfig(path)), filepath: path });
  if (existsSync(path) && readFileSync(path, 'utf8') === made) continue;
  if (process.argv.includes('--write')) writeFileSync(path, made);
  else stale.push(`${DIRECTORY}/${name} is not what scripts/observability/ makes: npm run observability:generate`);
}
for (const each of stale) console.log(each);
process.exitCode = stale.length > 0 ? 1 : 0;

function rules() {
  return {
    groups: [
      { name: 'haven-objectives', rules: recordings },
      { name: 'haven-alerts', rules: alerts.map(ruleOf) },
    ],
  };
}

function ruleOf({ alert, severity, labels = {}, wait, when, summary, description }) {
  return {
    alert,
    expr: when.map(([value, limit]) => `(${value})\n${limit}`).join('\nand\n'),
    for: wait,
    labels: { severity, ...labels },
    annotations: { summary, description, runbook_url: `docs/alerts.md#${alert.toLowerCase()}` },
  };
}
