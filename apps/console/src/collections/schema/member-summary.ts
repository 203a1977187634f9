import { asSchema } from '../../form/json-schema.js';
import { isObject } from '../../ui/diff.js';
import { previewOf } from '../../ui/preview.js';
import { isNullable } from './member-kind.js';

/** Returns what a schema says about a member, apart from its type, as one line. */
export function memberSummary(part: unknown): string {
  const schema = asSchema(part);
  const items = asSchema(schema['items']);
  const reference = schema['x-haven-ref'] ?? items['x-haven-ref'];
  const values = schema['enum'];
  return [
    isObject(reference) && `to ${String(reference.collection) || '…'}, ${String(reference.onDelete ?? 'restrict')}`,
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

function rangeTexts({ minimum, maximum, minLength, maxLength }: Readonly<Record<string, unknown>>): string[] {
  return [
    minimum !== undefined && `at least ${String(minimum)}`,
    maximum !== undefined && `at most ${String(maximum)}`,
    minLength !== undefined && `at least ${String(minLength)} characters`,
    maxLength !== undefined && `at most ${String(maxLength)} characters`,
  ].filter((text) => typeof text === 'string');
}
