import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from './tool.ts';

/** The entry of an installed package in package-lock.json. */
export interface LockedPackage {
  dev?: boolean;
  optional?: boolean;
  devOptional?: boolean;
  hasInstallScript?: boolean;
  integrity?: string;
  resolved?: string;
  license?: string;
  dependencies?: Record<string, string>;
}

export function readJson(file: string): unknown {
  return JSON.parse(readFileSync(join(root, file), 'utf8'));
}

/** Returns all packages by the path where they are installed. */
export function lockedPackages(): Map<string, LockedPackage> {
  const { packages } = readJson('package-lock.json') as { packages: Record<string, LockedPackage> }; // npm's own format
  return new Map(Object.entries(packages).filter(([path]) => path !== ''));
}

/** Returns the packages that are shipped with Haven, those that `npm ci --omit=dev --omit=optional` installs. */
export function shippedPackages(): Map<string, LockedPackage> {
  const isShipped = ({ dev, optional, devOptional }: LockedPackage) => !dev && !optional && !devOptional;
  return new Map([...lockedPackages()].filter(([, details]) => isShipped(details)));
}

/** Returns the name of the package that is installed at `path`. */
export function nameAt(path: string): string {
  return path.split('node_modules/').at(-1) ?? path;
}
