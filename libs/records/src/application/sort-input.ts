import { ValidateBy } from 'class-validator';

import { isJsonObject } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';

/** How strings are compared in a sort, as JSON in a text. */
export const TYPED_SORT_FIELD = '`{"path": "-due", "type": "dateTime"}` or `{"path": "name", "caseless": true}`';

/** OpenAPI's schema of a sort in a body. It replaces the type that `@Expose` derives. */
export const SORT_SCHEMA = {
  type: undefined,
  isArray: false,
  oneOf: [
    { type: 'string' },
    {
      type: 'array',
      items: {
        oneOf: [
          { type: 'string' },
          {
            type: 'object',
            required: ['path'],
            additionalProperties: false,
            properties: {
              path: { type: 'string', description: 'The field; `-` for descending order.' },
              type: { enum: ['dateTime', null], description: '`dateTime` compares strings as RFC 3339 date-times.' },
              caseless: { type: 'boolean', description: 'Whether strings are compared without regard to case.' },
            },
          },
        ],
      },
    },
  ],
};

/** Requires a string, or a list of strings and objects. `parseSort` checks the objects. */
export function IsSort(): PropertyDecorator {
  return ValidateBy({
    name: 'isSort',
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string' ||
        (Array.isArray(value) && value.every((item: JsonValue) => typeof item === 'string' || isJsonObject(item))),
      defaultMessage: () => '$property must be a string, or a list of strings and objects',
    },
  });
}
