import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from './tool.ts';

/** What package-lock.json says of an installed package. */
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

/** All packages, by where they are installed. */
export function lockedPackages(): Map<string, LockedPackage> {
  const { packages } = readJson('package-lock.json') as { packages: Record<string, LockedPackage> }; // npm's own format
  return new Map(Object.entries(packages).filter(([path]) => path !== ''));
}

/** The packages that travel with Haven: as `npm ci --omit=dev --omit=optional` would leave them. */
export function shippedPackages(): Map<string, LockedPackage> {
  const isShipped = ({ dev, optional, devOptional }: LockedPackage) => !dev && !optional && !devOptional;
  return new Map([...lockedPackages()].filter(([, details]) => isShipped(details)));
}

/** The name of a package that is installed at `path`. */
export function nameAt(path: string): string {
  return path.split('node_modules/').at(-1) ?? path;
}
