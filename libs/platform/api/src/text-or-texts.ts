import { ValidateBy } from 'class-validator';

/** OpenAPI's schema of a member that is a text or a list of texts. It replaces the type that `@Expose` derives. */
export const TEXT_OR_TEXTS = {
  type: undefined,
  isArray: false,
  oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
};

/** Requires a string or a list of strings. */
export function IsTextOrTexts(): PropertyDecorator {
  return ValidateBy({
    name: 'isTextOrTexts',
    validator: {
      validate: (value: unknown) => [value].flat().every((text) => typeof text === 'string'),
      defaultMessage: () => '$property must be a string or a list of strings',
    },
  });
}
