import type { JsonObject } from '@haven/kernel';

/** Strings that satisfy a format. */
const BY_FORMAT: Readonly<Record<string, string>> = {
  'date-time': '2026-01-31T12:00:00Z',
  date: '2026-01-31',
  time: '12:00:00Z',
  duration: 'P1D',
  email: 'ann@example.com',
  'idn-email': 'ann@example.com',
  hostname: 'example.com',
  'idn-hostname': 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  'uri-reference': '/path',
  iri: 'https://example.com/',
  'iri-reference': '/path',
  'uri-template': 'https://example.com/{id}',
  url: 'https://example.com/',
  uuid: '0190a000-0000-7000-8000-000000000001',
  'json-pointer': '/path',
  'relative-json-pointer': '0/path',
  regex: '^text$',
};

/** Strings of forms that patterns often require. */
const COMMON = ['text', 'Text', 'TEXT', 'a', 'A', '1', '12', '123', '1234', '12345', 'AB', 'ABC', 'A1', 'a-1', 'A-1'];
const OTHERS = [
  '1.0',
  '1.0.0',
  '#ffffff',
  '+4712345678',
  '/path',
  '/',
  '@text',
  '$text',
  'https://example.com/',
  '2026',
];

/** Returns a string that a schema may allow. */
export function sampleString({ format, pattern, minLength, maxLength }: JsonObject): string {
  const known = typeof format === 'string' ? BY_FORMAT[format] : undefined;
  const fits = (text: string): boolean => typeof pattern !== 'string' || matches(pattern, text);
  const found = [...(known === undefined ? [] : [known]), ...COMMON, ...OTHERS, ...Object.values(BY_FORMAT)].find(fits);
  const text = found ?? 'text';
  const least = typeof minLength === 'number' ? Math.min(minLength, 100) : 0;
  return text.padEnd(least, text || 'x').slice(0, typeof maxLength === 'number' ? maxLength : undefined);
}

/** Whether a text matches a pattern. The texts are short and fixed, so no pattern takes long. */
function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    return false; // the patterns that Haven supports are not exactly those of JavaScript
  }
}

/** Returns a number that a schema may allow. */
export function sampleNumber({ minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf }: JsonObject): number {
  const step = typeof multipleOf === 'number' ? multipleOf : 1;
  const least =
    typeof minimum === 'number' ? minimum : typeof exclusiveMinimum === 'number' ? exclusiveMinimum + step : 1;
  const most =
    typeof maximum === 'number' ? maximum : typeof exclusiveMaximum === 'number' ? exclusiveMaximum - step : Infinity;
  const value = Math.min(Math.max(1, least), most);
  return typeof multipleOf === 'number' ? Math.ceil(value / step) * step : value;
}
