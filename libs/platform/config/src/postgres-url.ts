import { ValidateBy } from 'class-validator';

/** Parameters of a PostgreSQL URL that never carry a secret; every other one is hidden. */
const openParameters = ['sslmode', 'host', 'port', 'application_name', 'connect_timeout'];

/** Accepts a `postgres://` or `postgresql://` URL in which user and password end where they seem to. */
export function IsPostgresUrl({ each = false } = {}): PropertyDecorator {
  const what = each ? 'must hold only postgres:// or postgresql:// URLs' : 'must be a postgres:// or postgresql:// URL';
  const message = `${what}, with what is special in user, password and database percent-encoded`;
  return ValidateBy({ name: 'isPostgresUrl', validator: { validate: isPostgresUrl } }, { message, each });
}

/** The URL without its password and without any parameter that may hold one; never throws, never reveals. */
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
  // A password with a bare `/`, `?` or `#` would spill into these parts, and be shown with them.
  return url.hash === '' && !`${url.pathname}${url.search}`.includes('@');
}
