import type { HavenConfig } from './haven.config.js';
import { isLoopback } from './loopback.js';
import { parsePostgresUrl } from './postgres-url.js';

/**
 * A rule that involves several settings. It is checked only if each of them is valid; an error is reported for the
 * first of these settings.
 */
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
        : `must not exceed limits.pageSize, which is ${limits.pageSize}`,
  },
  {
    paths: ['database.embedded', 'database.url'],
    problem: ({ database }) =>
      database.embedded && database.url !== undefined
        ? 'must not be true if database.url is set; keep one of them'
        : undefined,
  },
  {
    paths: ['database.migrationUrl', 'database.url'],
    problem: ({ database }) =>
      database.migrationUrl === undefined || database.url !== undefined
        ? undefined
        : 'requires database.url; without it, Haven runs its embedded database and migrates it itself',
  },
  {
    paths: ['database.poolMode', 'database.url', 'database.sessionUrl'],
    problem: ({ database: { poolMode, url, sessionUrl } }) => {
      if (poolMode === 'session') return undefined;
      if (url === undefined) return 'requires database.url; the embedded database has no pooler';
      return sessionUrl === undefined
        ? 'requires database.sessionUrl, which leads to PostgreSQL without the pooler, for notifications and locks'
        : undefined;
    },
  },
  {
    paths: ['database.sessionUrl', 'database.poolMode'],
    problem: ({ database: { sessionUrl, poolMode } }) =>
      sessionUrl === undefined || poolMode === 'transaction'
        ? undefined
        : 'requires database.poolMode to be transaction; otherwise every connection of database.url is a session',
  },
  {
    paths: ['database.replicaUrls', 'database.url'],
    problem: ({ database }) =>
      database.replicaUrls.length === 0 || database.url !== undefined
        ? undefined
        : 'requires database.url; the embedded database has no replicas',
  },
  {
    paths: ['graphql.trustedDocuments', 'graphql.trustedDocumentsPath'],
    problem: ({ graphql }) =>
      graphql.trustedDocuments === 'off' || graphql.trustedDocumentsPath !== undefined
        ? undefined
        : 'requires graphql.trustedDocumentsPath, the location of the documents',
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
    paths: ['backup.every', 'backup.directory'],
    problem: ({ backup }) =>
      backup.every === undefined || backup.directory !== undefined
        ? undefined
        : 'requires backup.directory, where the backups are written',
  },
  {
    paths: ['auth.open', 'server.host'],
    problem: ({ auth, server }, environment) => {
      if (!auth.open) return undefined;
      if (environment === 'production')
        return 'must be false: only HAVEN_ENV=local allows access without authentication';
      if (isLoopback(server.host)) return undefined;
      return `must be false if server.host is ${server.host}, because other machines could then do everything`;
    },
  },
  {
    paths: ['tokens.audience', 'tokens.issuer'],
    problem: ({ tokens }) =>
      tokens.issuer === undefined || tokens.audience.length > 0
        ? undefined
        : 'must not be empty if tokens.issuer is set, because tokens for other services would then be accepted',
  },
  {
    paths: ['tokens.jwksUrl', 'tokens.issuer'],
    problem: ({ tokens }) =>
      tokens.jwksUrl === undefined || tokens.issuer !== undefined ? undefined : 'requires tokens.issuer',
  },
];

function passwordProblem(name: string, file: string | undefined, url: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  if (url === undefined) return `requires ${name}`;
  return parsePostgresUrl(url).password === undefined
    ? undefined
    : `must not be set if ${name} contains a password; keep one of them`;
}
