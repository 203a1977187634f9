import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

import { parse } from 'yaml';

export const DIRECTORY = 'docker/observability';
export const read = (file: string): string => readFileSync(file, 'utf8');

interface Rule {
  alert?: string;
  record?: string;
  expr: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export const rules: Rule[] = parse(read(`${DIRECTORY}/rules.yml`)).groups.flatMap(
  (group: { rules: Rule[] }) => group.rules,
);
export const alerts = rules.filter(({ alert }) => alert !== undefined);
export const dashboards = globSync(`${DIRECTORY}/grafana/dashboards/*.json`).map((file) => ({
  file: basename(file),
  ...JSON.parse(read(file)),
}));

/** All PromQL queries, by their location. For alerts, the query without its comparison. */
export const queries = new Map<string, string>();
for (const { file, panels } of dashboards)
  for (const { title, targets = [] } of panels)
    for (const { expr, legendFormat } of targets)
      queries.set(
        `${file}: ${title}: ${legendFormat}`,
        expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*'),
      );
for (const { alert, labels, expr } of alerts)
  for (const [index, condition] of expr.split('\nand\n').entries())
    queries.set(`${alert} ${labels?.['window'] ?? ''} ${index}`, compared(condition));
for (const { record, expr } of rules) if (record !== undefined) queries.set(record, expr);

function compared(condition: string): string {
  const [, value] = /^(.+)\n(?:<|>|==|<=|>=) [\d.]+$/s.exec(condition) ?? [];
  if (value === undefined) throw new Error(`Not a comparison with a number: ${condition}`);
  return value;
}
