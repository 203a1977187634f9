// Builds unless dist/ is newer than every source, so that a second start is quick.
import { execSync } from 'node:child_process';
import { existsSync, globSync, statSync } from 'node:fs';

const stamp = 'dist/.built';
const sources = globSync(['{apps,libs}/**/*.ts', 'tsconfig*.json', 'nest-cli.json', 'package-lock.json']);
const newest = Math.max(...sources.map((file) => statSync(file).mtimeMs));

if (!existsSync(stamp) || statSync(stamp).mtimeMs < newest) {
  process.stdout.write('Building Haven …\n');
  execSync('npm run --silent build', { stdio: 'inherit' });
}
