import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The Haven installation. */
export interface Project {
  root: string;
  version: string;
  /** Directory of the files that the build has compressed. */
  compressedFiles: string;
  /** Directory of the built console. */
  console: string;
}

/**
 * The installation that contains this file. It is found by searching for Haven's package.json in the directories above
 * this file, both in the sources and in `dist`.
 */
export const project: Project = findProject(import.meta.dirname);

function findProject(directory: string): Project {
  const manifest = join(directory, 'package.json');
  if (existsSync(manifest)) {
    // npm validates the types of these members.
    const { name, version } = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string; version?: string };
    if (name === 'haven')
      return {
        root: directory,
        version: version ?? '0.0.0',
        compressedFiles: join(directory, 'dist/compressed'),
        console: join(directory, 'dist/console'),
      };
  }
  if (dirname(directory) === directory)
    throw new Error(`Haven's package.json is in no parent directory of ${import.meta.dirname}.`);
  return findProject(dirname(directory));
}
