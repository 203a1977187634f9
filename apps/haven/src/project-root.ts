import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of Haven's package.json, wherever this file was compiled to. */
export const projectRoot = find(import.meta.dirname);

/** The folder of the configuration's YAML files. */
export const configDir = join(projectRoot, 'config');

function find(directory: string): string {
  const manifest = join(directory, 'package.json');
  if (existsSync(manifest) && (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }).name === 'haven') return directory;
  if (directory === dirname(directory)) throw new Error('The package.json of Haven is missing.');
  return find(dirname(directory));
}
