import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { lockedPackages, nameAt, readJson } from './lock-file.ts';
import { root } from './tool.ts';

/** Licences that require at most their notice, and the MPL, which covers only its own files. */
const LICENCES = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MPL-2.0',
  'Python-2.0',
  'Unlicense',
];

const PAGE = 'docs/supply-chain.md';

const packages = [...lockedPackages()].map(([path, details]) => ({ name: nameAt(path), ...details }));
const mistakes = [...unpinned(), ...scripts(), ...foreignLicences()];
for (const mistake of mistakes) console.log(mistake);
process.exitCode = mistakes.length > 0 ? 1 : 0;

/** Packages that the lock file does not pin by a hash, or takes from elsewhere than a registry. */
function unpinned(): string[] {
  return packages
    .filter(({ integrity, resolved = '' }) => !integrity || /^(?:git|file|http:)/.test(resolved))
    .map(({ name }) => `${name} is not pinned by its hash in package-lock.json.`);
}

/** `allowScripts` decides on each package with an install script, and the page gives the reason. */
function scripts(): string[] {
  const { allowScripts } = readJson('package.json') as { allowScripts: Record<string, boolean> };
  const page = readFileSync(join(root, PAGE), 'utf8');
  const withScript = new Set(packages.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name));
  const decided = Object.keys(allowScripts);
  const reasons = [...page.matchAll(/^\| `([^`]+)` +\| (?:yes|no) +\| \S/gm)].map(([, name = '']) => name);
  return [
    ...[...withScript]
      .filter((name) => !decided.includes(name))
      .map((name) => `${name} runs code when it is installed: decide in allowScripts.`),
    ...decided
      .filter((name) => !withScript.has(name))
      .map((name) => `${name} has no install script any more: remove it from allowScripts.`),
    ...decided
      .filter((name) => !reasons.some((reason) => covers(reason, name)))
      .map((name) => `${PAGE} gives no reason for ${name} in allowScripts.`),
  ];
}

/** A row of the page is about one package, or about all whose names begin alike. */
function covers(reason: string, name: string): boolean {
  return reason === name || (reason.endsWith('*') && name.startsWith(reason.slice(0, -1)));
}

function foreignLicences(): string[] {
  return packages
    .filter(({ license = 'none' }) => !isAllowed(license))
    .map(({ name, license = 'none' }) => `${name} has the licence ${license}, which is not among those allowed.`);
}

/** `(A OR B)` leaves a choice, `(A AND B)` does not. */
function isAllowed(expression: string): boolean {
  const terms = expression.replaceAll(/[()]/g, '');
  const isKnown = (licence: string): boolean => LICENCES.includes(licence.trim());
  return terms.includes(' OR ') ? terms.split(' OR ').some(isKnown) : terms.split(' AND ').every(isKnown);
}
