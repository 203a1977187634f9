import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { nameAt, shippedPackages } from './lock-file.ts';
import { root } from './tool.ts';

const PAGE = 'docs/supply-chain.md';
const MARKS = /(<!-- licences -->\n)[\s\S]*?(<!-- \/licences -->)/;

/** Returns the page that lists the licences of the shipped packages, keyed by its path. */
export function licencesPage(): Record<string, string> {
  const page = readFileSync(join(root, PAGE), 'utf8');
  return { [PAGE]: page.replace(MARKS, (_all, start: string, end: string) => `${start}\n${licences()}\n\n${end}`) };
}

/** Lists package names without versions, because versions change every week. */
function licences(): string {
  const byLicence = Map.groupBy(shippedPackages(), ([, { license = 'none' }]) => license);
  return [...byLicence]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([licence, some]) => `**${licence}**: ${[...new Set(some.map(([path]) => nameAt(path)))].sort().join(', ')}.`)
    .join('\n\n');
}
