import { getMetadataStorage, IsInt, Min, validateSync } from 'class-validator';
import { expect, it, vi } from 'vitest';

import { cacheValidationMetadata } from './validation-metadata.js';

class Parent {
  @IsInt()
  size = 1;
}

class Child extends Parent {
  @Min(3)
  height = 1;
}

it('collects the constraints of a class once, and reports the same errors, also for inherited constraints', () => {
  const storage = Object.create(getMetadataStorage()) as ReturnType<typeof getMetadataStorage>;
  const lookUp = vi.fn<typeof storage.getTargetValidationMetadatas>(storage.getTargetValidationMetadatas.bind(storage));
  storage.getTargetValidationMetadatas = lookUp;
  cacheValidationMetadata(storage);
  const found = [1, 2].map(() => storage.getTargetValidationMetadatas(Child, '', false, false));
  expect(lookUp).toHaveBeenCalledTimes(1);
  expect(found[1]).toBe(found[0]);
  expect(found[0]?.map(({ propertyName }) => propertyName).toSorted()).toEqual(['height', 'size']);
  expect(storage.groupByPropertyName(found[0] ?? [])).toBe(storage.groupByPropertyName(found[1] ?? []));
  cacheValidationMetadata();
  for (const height of [1, 2]) {
    const input = Object.assign(new Child(), { height, size: 0.5 });
    const mistakes = validateSync(input).map(({ property }) => property);
    expect(mistakes.toSorted()).toEqual(['height', 'size']);
  }
});
