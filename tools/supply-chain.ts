import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from './build.ts';

/** Licences that ask for no more than their notice, if for that, and of the MPL, which keeps to its own files. */
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

const PAGE = join(root, 'docs/supply-chain.md');
const MARKS = /(<!-- licences -->\n)[\s\S]*?(<!-- \/licences -->)/;

const { allowScripts } = json('package.json');
const packages = Object.entries(json('package-lock.json').packages)
  .filter(([path]) => path !== '')
  .map(([path, details]) => ({ name: path.split('node_modules/').at(-1), ...details }));
const page = readFileSync(PAGE, 'utf8');
const current = page.replace(MARKS, (_all, start, end) => `${start}\n${licences()}\n\n${end}`);

const write = process.argv.includes('--write');
if (write) writeFileSync(PAGE, current);
const mistakes = [...unpinned(), ...scripts(), ...foreignLicences(), ...stale()];
for (const mistake of mistakes) console.log(mistake);
process.exitCode = mistakes.length > 0 ? 1 : 0;

/** What the lock file does not pin to the byte, or takes from elsewhere than a registry. */
function unpinned() {
  return packages
    .filter(({ integrity, resolved = '' }) => !integrity || /^(?:git|file|http:)/.test(resolved))
    .map(({ name }) => `${name} is not pinned by its hash in package-lock.json.`);
}

/** Each package with an install script is decided on in `allowScripts`, and the page says why. */
function scripts() {
  const withScript = new Set(packages.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name));
  const decided = Object.keys(allowScripts);
  const reasons = new Set([...page.matchAll(/^\| `([^`]+)` +\| (?:yes|no) +\| \S/gm)].map(([, name]) => name));
  return [
    ...[...withScript]
      .filter((name) => !decided.includes(name))
      .map((name) => `${name} runs code when it is installed: decide in allowScripts.`),
    ...decided
      .filter((name) => !withScript.has(name))
      .map((name) => `${name} has no install script any more: remove it from allowScripts.`),
    ...decided
      .filter((name) => !covered(name, reasons))
      .map((name) => `docs/supply-chain.md gives no reason for ${name} in allowScripts.`),
  ];
}

/** A row of the page speaks of one package, or of all that differ in what stands for its star. */
function covered(name, reasons) {
  return [...reasons].some(
    (reason) => reason === name || (reason.endsWith('*') && name.startsWith(reason.slice(0, -1))),
  );
}

function foreignLicences() {
  return packages
    .filter(({ license = 'none' }) => !isAllowed(license))
    .map(({ name, license = 'none' }) => `${name} has the licence ${license}, which is not among those allowed.`);
}

/** `(A OR B)` leaves a choice, `(A AND B)` does not. */
function isAllowed(expression) {
  const terms = expression.replaceAll(/[()]/g, '');
  const isKnown = (licence) => LICENCES.includes(licence.trim());
  return terms.includes(' OR ') ? terms.split(' OR ').some(isKnown) : terms.split(' AND ').every(isKnown);
}

function stale() {
  return write || page === current
    ? []
    : ['The licences in docs/supply-chain.md are not those of package-lock.json: npm run licences.'];
}

/** What travels with Haven: names without versions, which change every week. */
function licences() {
  const shipped = packages.filter(({ dev, optional, devOptional }) => !dev && !optional && !devOptional);
  const byLicence = Map.groupBy(shipped, ({ license = 'none' }) => license);
  return [...byLicence]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([licence, some]) => `**${licence}**: ${[...new Set(some.map(({ name }) => name))].sort().join(', ')}.`)
    .join('\n\n');
}

function json(file) {
  return JSON.parse(readFileSync(join(root, file), 'utf8'));
}
