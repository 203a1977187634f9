import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where Haven is installed, and as which version. */
export interface Project {
  root: string;
  version: string;
}

/** The directory of Haven's own package.json, upwards from this file: the same from source and from `dist`. */
export const project: Project = findProject(import.meta.dirname);

function findProject(directory: string): Project {
  const manifest = join(directory, 'package.json');
  if (existsSync(manifest)) {
    const { name, version } = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string; version?: string }; // a package.json is npm's to check
    if (name === 'haven') return { root: directory, version: version ?? '0.0.0' };
  }
  if (dirname(directory) === directory) throw new Error(`No package.json of Haven is above ${import.meta.dirname}.`);
  return findProject(dirname(directory));
}
