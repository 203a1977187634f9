import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { lockedPackages, nameAt, readJson } from './lock-file.ts';
import { root } from './tool.ts';

/** Allowed licences: those that require at most a notice, and the MPL, which applies only to its own files. */
const LICENCES = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MPL-2.0',
  'Python-2.0',
  'Unlicense',
];

const PAGE = 'docs/supply-chain.md';

const packages = [...lockedPackages()].map(([path, details]) => ({ name: nameAt(path), ...details }));
const problems = [...unpinned(), ...scripts(), ...foreignLicences()];
for (const problem of problems) console.log(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

/** Reports packages that the lock file does not pin by a hash, or that do not come from a registry. */
function unpinned(): string[] {
  return packages
    .filter(({ integrity, resolved = '' }) => !integrity || /^(?:git|file|http:)/.test(resolved))
    .map(({ name }) => `${name} is not pinned by its hash in package-lock.json.`);
}

/** Reports install scripts without a decision in `allowScripts`, and decisions without a reason on the page. */
function scripts(): string[] {
  const { allowScripts } = readJson('package.json') as { allowScripts: Record<string, boolean> };
  const page = readFileSync(join(root, PAGE), 'utf8');
  const withScript = new Set(packages.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name));
  const decided = Object.keys(allowScripts);
  const reasons = [...page.matchAll(/^\| `([^`]+)` +\| (?:yes|no) +\| \S/gm)].map(([, name = '']) => name);
  return [
    ...[...withScript]
      .filter((name) => !decided.includes(name))
      .map((name) => `${name} has an install script: decide on it in allowScripts.`),
    ...decided
      .filter((name) => !withScript.has(name))
      .map((name) => `${name} no longer has an install script: remove it from allowScripts.`),
    ...decided
      .filter((name) => !reasons.some((reason) => covers(reason, name)))
      .map((name) => `${PAGE} gives no reason for ${name} in allowScripts.`),
  ];
}

/** Whether a row of the page covers the package: by its exact name, or by a prefix that ends in `*`. */
function covers(reason: string, name: string): boolean {
  return reason === name || (reason.endsWith('*') && name.startsWith(reason.slice(0, -1)));
}

function foreignLicences(): string[] {
  return packages
    .filter(({ license = 'none' }) => !isAllowed(license))
    .map(({ name, license = 'none' }) => `${name} has the licence ${license}, which is not allowed.`);
}

/** Whether the licences are allowed: one alternative of an `OR` is enough, every part of an `AND` is required. */
function isAllowed(expression: string): boolean {
  const terms = expression.replaceAll(/[()]/g, '');
  const isKnown = (licence: string): boolean => LICENCES.includes(licence.trim());
  return terms.includes(' OR ') ? terms.split(' OR ').some(isKnown) : terms.split(' AND ').every(isKnown);
}
