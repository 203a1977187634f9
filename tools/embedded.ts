import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { bundleModules } from './bundle.ts';
import { root } from './tool.ts';

/** Options with which `pg` connects to Haven's embedded PostgreSQL server. */
export interface EmbeddedConnection {
  host: string;
  port: number;
  user: string;
}

export interface EmbeddedServer {
  connection: EmbeddedConnection;
  dataDir: string;
  stop(): Promise<void>;
}

/** The user that runs PostgreSQL when the tools run as root; otherwise null. */
export type Account = { uid: number; gid: number } | null;

/** Parts of Haven's libraries that tools use. Their types are repeated here because tools import nothing from Haven. */
export interface EmbeddedParts {
  EmbeddedPostgres: { start(options: { dataDir: string }): Promise<EmbeddedServer> };
  chooseAccount(cluster: string): Promise<Account>;
  identity(account: Account): { uid?: number; gid?: number };
  openBinaries(account: Account, sharedDir: string): Promise<{ initdb: string; postgres: string }>;
  runAs(program: string, args: string[], account: Account): Promise<{ ok: boolean; output: string }>;
  spawnOptions: { cwd: string; env: Record<string, string> };
  ConfigError: new (...args: never[]) => Error;
  loadConfig(options: { configDir: string; set: string[] }): {
    config: { database: { embedded?: boolean; dataDir: string } };
  };
}

const MODULES = {
  account: 'libs/platform/embedded-postgres/src/account.ts',
  binaries: 'libs/platform/embedded-postgres/src/binaries.ts',
  config: 'libs/platform/config/src/index.ts',
  server: 'libs/platform/embedded-postgres/src/embedded-postgres.ts',
};

/** Builds the modules that contain the `EmbeddedParts`, which takes a fraction of a second, and loads them. */
export async function loadEmbedded(): Promise<EmbeddedParts> {
  const directory = join(root, 'dist/tools');
  await bundleModules(root, MODULES, directory);
  const loaded = await Promise.all(
    Object.keys(MODULES).map((name) => import(pathToFileURL(join(directory, `${name}.js`)).href)),
  );
  return Object.assign({}, ...loaded) as EmbeddedParts; // the modules export all of these members
}
