import fc from 'fast-check';
import {
  Allow,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  MaxLength,
  Min,
  ValidateIf,
  validateSync,
} from 'class-validator';
import { expect, it } from 'vitest';

import { meetsConstraints } from './meets-constraints.js';

class Parent {
  @IsInt()
  @Min(3)
  size: unknown;
}

class Child extends Parent {
  @IsOptional()
  @IsNotEmpty()
  @IsString()
  sort: unknown;

  @IsOptional()
  @IsIn(['exact', 'estimated'], { each: true })
  counts: unknown;

  @ValidateIf((_, value) => value !== null)
  @MaxLength(3, { validateIf: (input: Child) => input.sort !== 'free' })
  name: unknown;

  @Allow()
  data: unknown;
}

const anything = fc.oneof(
  fc.constantFrom(undefined, null, 'free', 'exact', '', ['exact'], ['exact', 'other'], 2, 3, 3.5),
  fc.string(),
  fc.integer({ min: 0, max: 6 }),
  fc.jsonValue(),
);

it.each([Parent, Child])('agrees with class-validator about every input of %o', (type) => {
  let valid = 0;
  const members = fc.record({ size: anything, sort: anything, counts: anything, name: anything, data: anything });
  fc.assert(
    fc.property(
      fc.oneof(
        members,
        members.map((one) => ({ ...one, size: 3 })),
      ),
      (values) => {
        const input = Object.assign(new type(), values);
        const meets = meetsConstraints(type, input);
        if (meets) valid++;
        expect(meets).toBe(validateSync(input).length === 0);
      },
    ),
    { numRuns: 1_000 },
  );
  expect(valid).toBeGreaterThan(0);
});
