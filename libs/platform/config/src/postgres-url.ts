import { ValidateBy } from 'class-validator';

/** Parameters of a PostgreSQL URL that never contain a secret; all others are masked. */
const openParameters = ['sslmode', 'host', 'port', 'application_name', 'connect_timeout'];

/** Accepts a `postgres://` or `postgresql://` URL whose user and password are percent-encoded correctly. */
export function IsPostgresUrl({ each = false } = {}): PropertyDecorator {
  const requirement = each
    ? 'must contain only postgres:// or postgresql:// URLs'
    : 'must be a postgres:// or postgresql:// URL';
  const message = `${requirement}, with special characters in user, password and database percent-encoded`;
  return ValidateBy({ name: 'isPostgresUrl', validator: { validate: isPostgresUrl } }, { message, each });
}

/** Masks the password and all parameters that may contain one. Never throws; hides a URL that it cannot parse. */
export function maskPostgresUrl(text: string): string {
  if (!isPostgresUrl(text)) return '(hidden)';
  const url = new URL(text);
  const parameters = [...url.searchParams].map(([name, value]) =>
    openParameters.includes(name) ? `${name}=${encodeURIComponent(value)}` : '***',
  );
  const user = url.username + (url.password ? ':***' : '');
  const query = parameters.length > 0 ? `?${parameters.join('&')}` : '';
  return `${url.protocol}//${user}${user ? '@' : ''}${url.host}${url.pathname}${query}`;
}

function isPostgresUrl(value: unknown): value is string {
  if (typeof value !== 'string' || !/^postgres(ql)?:\/\/\S*$/.test(value) || !URL.canParse(value)) return false;
  const url = new URL(value);
  // A password with an unencoded `/`, `?` or `#` would end up in these parts and be shown with them.
  return url.hash === '' && !`${url.pathname}${url.search}`.includes('@');
}
