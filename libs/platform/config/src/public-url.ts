import { ValidateBy } from 'class-validator';

/** Accepts an `http` or `https` URL of an origin, or of a path on it. */
export function IsPublicUrl(): PropertyDecorator {
  const message =
    'must be an http:// or https:// URL, such as https://example.com/haven, without user, query and fragment; its ' +
    'path may contain letters, digits and . _ ~ -';
  return ValidateBy({ name: 'isPublicUrl', validator: { validate: isPublicUrl } }, { message });
}

function isPublicUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !/^https?:\/\/[^\s?#@\\]+$/.test(value) || !URL.canParse(value)) return false;
  return /^\/(?:[\w.~-]+(?:\/[\w.~-]+)*\/?)?$/.test(new URL(value).pathname);
}
