import { ValidateBy } from 'class-validator';

/** An address that may be sent to: of HTTP, with nothing after its path and nobody's password in it. */
export function IsHttpUrl() {
  return ValidateBy(
    { name: 'isHttpUrl', validator: { validate: isHttpUrl } },
    { message: 'must be an address like http://localhost:4318, without user, query and fragment' },
  );
}

function isHttpUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, username, password, search, hash } = new URL(value);
  return ['http:', 'https:'].includes(protocol) && `${username}${password}${search}${hash}` === '';
}
