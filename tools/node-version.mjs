// Plain JavaScript, because a Node that is too old for the other tools must still be able to run this file.
import { readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const oldest = engines.node.replace('>=', '');
const [major, minor] = oldest.split('.').map(Number);
const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number);

if (ownMajor < major || (ownMajor === major && ownMinor < minor)) {
  process.stderr.write(
    `Haven needs Node ${oldest} or later; this is Node ${process.versions.node}. ` +
      '"npm ci" installs the right version; "npm rebuild node" repairs it.\n',
  );
  process.exit(1);
}
