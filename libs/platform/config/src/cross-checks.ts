import type { HavenConfig } from './haven.config.js';
import { isLoopback } from './loopback.js';

/** A rule between settings. It is asked only when all of its settings are sound by themselves; the first gets the blame. */
export interface CrossCheck {
  readonly paths: readonly [string, ...string[]];
  problem(config: HavenConfig, environment: string): string | undefined;
}

export const crossChecks: readonly CrossCheck[] = [
  {
    paths: ['limits.pageSizeDefault', 'limits.pageSize'],
    problem: ({ limits }) =>
      limits.pageSizeDefault <= limits.pageSize
        ? undefined
        : `must not pass limits.pageSize, which is ${limits.pageSize}`,
  },
  {
    paths: ['database.migrationUrl', 'database.url'],
    problem: ({ database }) =>
      database.migrationUrl === undefined || database.url !== undefined
        ? undefined
        : 'needs database.url; without that, Haven runs its embedded database and migrates it itself',
  },
  {
    paths: ['database.replicaUrls', 'database.url'],
    problem: ({ database }) =>
      database.replicaUrls.length === 0 || database.url !== undefined
        ? undefined
        : 'needs database.url; the embedded database has no replicas',
  },
  {
    paths: ['graphql.trustedDocuments', 'graphql.trustedDocumentsPath'],
    problem: ({ graphql }) =>
      graphql.trustedDocuments === 'off' || graphql.trustedDocumentsPath !== undefined
        ? undefined
        : 'needs graphql.trustedDocumentsPath, where the documents are',
  },
  {
    paths: ['database.passwordFile', 'database.url'],
    problem: ({ database: { passwordFile, url } }) => passwordProblem('database.url', passwordFile, url),
  },
  {
    paths: ['database.migrationPasswordFile', 'database.migrationUrl'],
    problem: ({ database: { migrationPasswordFile, migrationUrl } }) =>
      passwordProblem('database.migrationUrl', migrationPasswordFile, migrationUrl),
  },
  {
    paths: ['auth.open', 'server.host'],
    problem: ({ auth, server }, environment) => {
      if (!auth.open) return undefined;
      if (environment === 'production') return 'must be false: only HAVEN_ENV=local may do without authentication';
      if (isLoopback(server.host)) return undefined;
      return `must be false to listen at server.host ${server.host}, where others than this machine could do everything`;
    },
  },
  {
    paths: ['tokens.audience', 'tokens.issuer'],
    problem: ({ tokens }) =>
      tokens.issuer === undefined || tokens.audience.length > 0
        ? undefined
        : 'must not be empty with tokens.issuer: tokens that were meant for others would be good here',
  },
  {
    paths: ['tokens.jwksUrl', 'tokens.issuer'],
    problem: ({ tokens }) =>
      tokens.jwksUrl === undefined || tokens.issuer !== undefined ? undefined : 'needs tokens.issuer',
  },
];

function passwordProblem(name: string, file: string | undefined, url: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  if (url === undefined) return `needs ${name}`;
  return new URL(url).password === '' ? undefined : `must not be set beside a password in ${name}; keep one`;
}
