import { isObject } from '../../../values/diff.js';
import { asSchema } from '../../../values/json-schema.js';
import { previewOf } from '../../../values/preview.js';
import { isNullable } from './member-kind.js';

/** Returns what a schema says about a member, apart from its type, as one line. */
export function memberSummary(part: unknown): string {
  const schema = asSchema(part);
  const items = asSchema(schema['items']);
  const reference = schema['x-haven-ref'] ?? items['x-haven-ref'];
  const values = schema['enum'];
  return [
    isObject(reference) && referenceText(reference),
    Array.isArray(values) && previewOf(values, 80).text,
    ...rangeTexts(schema),
    typeof schema['pattern'] === 'string' && `pattern ${schema['pattern']}`,
    isNullable(schema) && 'can be null',
    'x-haven-default' in schema && `default ${previewOf(schema['x-haven-default'], 60).text}`,
    typeof schema['description'] === 'string' && schema['description'],
  ]
    .filter((text) => typeof text === 'string')
    .join(' · ');
}

function referenceText({ collection, onDelete }: Readonly<Record<string, unknown>>): string {
  const target = typeof collection === 'string' && collection !== '' ? collection : '…';
  return `to ${target}, ${typeof onDelete === 'string' ? onDelete : 'restrict'}`;
}

/** Keywords that limit values, with their texts before and after the limit. */
const LIMITS: readonly [keyword: string, before: string, after: string][] = [
  ['minimum', 'at least', ''],
  ['maximum', 'at most', ''],
  ['minLength', 'at least', ' characters'],
  ['maxLength', 'at most', ' characters'],
];

function rangeTexts(schema: Readonly<Record<string, unknown>>): string[] {
  return LIMITS.filter(([keyword]) => keyword in schema).map(
    ([keyword, before, after]) => `${before} ${previewOf(schema[keyword], 40).text}${after}`,
  );
}
