import type { ConnectionOptions } from 'node:tls';

import { parse } from 'pg-connection-string';

import type { PostgresUrl } from '@haven/config';

/** How to encrypt a connection; false for no encryption. */
export type Encryption = ConnectionOptions | false;

/** Thrown if a certificate or key that a URL names cannot be read. The message does not contain the file's name. */
export class UnreadableCertificate extends Error {
  override readonly name = 'UnreadableCertificate';

  constructor(cause: unknown) {
    const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined;
    super(
      `A file of the connection URL's sslrootcert, sslcert or sslkey cannot be read (${String(code)}); ` +
        'correct the path, or make the file readable for Haven.',
      { cause },
    );
  }
}

/**
 * Returns the ways to encrypt a connection that `sslmode` allows, in the order in which libpq tries them. The default
 * is `prefer`. Reads the files of certificates, so that a replaced certificate is used by the next connection.
 */
export function encryptionsOf({ parameters }: PostgresUrl): readonly Encryption[] {
  const mode = modeOf(parameters);
  if (mode === 'disable') return [false];
  const tls = tlsOptions(parameters, mode);
  if (mode === 'allow') return [false, tls];
  return mode === 'prefer' ? [tls, false] : [tls];
}

function modeOf(parameters: ReadonlyMap<string, string>): string {
  const mode = parameters.get('sslmode') ?? (parameters.has('ssl') ? 'require' : undefined);
  if (mode === 'no-verify') return 'require'; // the name that node-postgres gives it
  return mode ?? (parameters.get('sslrootcert') === 'system' ? 'verify-full' : 'prefer');
}

/** Lets pg-connection-string read the parameters as libpq does. */
function tlsOptions(parameters: ReadonlyMap<string, string>, mode: string): ConnectionOptions {
  const query = new URLSearchParams({ sslmode: mode === 'allow' ? 'prefer' : mode });
  for (const name of ['sslrootcert', 'sslcert', 'sslkey']) {
    const value = parameters.get(name);
    // Node's own list of authorities takes the place of the system's.
    if (value !== undefined && value !== 'system') query.set(name, value);
  }
  const { ssl } = readCertificates(`postgres://host/?${query.toString()}`);
  const passphrase = parameters.get('sslpassword');
  const minVersion = parameters.get('ssl_min_protocol_version');
  const maxVersion = parameters.get('ssl_max_protocol_version');
  return {
    ...(typeof ssl === 'object' && (ssl as ConnectionOptions)), // its `cert` is never null
    ...(passphrase !== undefined && { passphrase }),
    ...(minVersion !== undefined && { minVersion: minVersion as ConnectionOptions['minVersion'] }), // checked by config
    ...(maxVersion !== undefined && { maxVersion: maxVersion as ConnectionOptions['maxVersion'] }),
  };
}

function readCertificates(url: string) {
  try {
    return parse(url, { useLibpqCompat: true });
  } catch (error) {
    throw new UnreadableCertificate(error);
  }
}
