import type { Ajv, CodeKeywordDefinition, KeywordDefinition } from 'ajv';

import type { JsonValue } from '@haven/kernel';

import { containsMatching, itemsInOrder } from './array-keywords.js';
import { isMultipleOf } from './decimal.js';
import { conditional, countingItems, knowingOwnMembers, settled, withEvaluatedSet } from './evaluated-keywords.js';
import { jsonKey } from './json-key.js';
import type { WorkMeter } from './work-meter.js';

const STEPS_PER_CHARACTER = 5;
const STEPS_PER_DECIMAL = 100;

/**
 * Replaces ajv's implementation of the keywords that take quadratic time (`uniqueItems`, `enum`, `contains`), that
 * divide floating-point numbers inexactly (`multipleOf`), that mistake inherited properties such as `constructor` and
 * `valueOf` for members (`enum`, `const`, `unevaluatedProperties`), or that give wrong results for some schemas
 * (`contains`, `prefixItems`, and `if` and other keywords that affect which members and items count as evaluated).
 */
export function useExactKeywords(
  ajv: Pick<Ajv, 'getKeyword' | 'removeKeyword' | 'addKeyword'>,
  meter: WorkMeter,
): void {
  recode('contains', () => containsMatching);
  recode('prefixItems', () => itemsInOrder);
  recode('items', (items) => (cxt) => (Array.isArray(cxt.schema) ? itemsInOrder(cxt) : items.code(cxt)));
  recode('if', (conditionally) => settled({ ...conditionally, code: conditional }));
  for (const keyword of ['anyOf', 'oneOf', 'dependentSchemas', 'dependencies']) recode(keyword, settled);
  recode('patternProperties', withEvaluatedSet);
  recode('unevaluatedProperties', knowingOwnMembers);
  recode('unevaluatedItems', countingItems);
  replace('enum', ({ error }) => ({ keyword: 'enum', schemaType: 'array', error, errors: false, compile: isAmong }));
  replace('const', ({ error }) => ({ keyword: 'const', error, errors: false, compile: (value) => isAmong([value]) }));
  replace('multipleOf', ({ error }) => ({
    ...{ keyword: 'multipleOf', type: 'number', schemaType: 'number', error, errors: false },
    compile: (divisor: number) => (value: number) => {
      meter.spend(STEPS_PER_DECIMAL);
      return isMultipleOf(value, divisor);
    },
  }));
  replace('uniqueItems', () => ({
    ...{ keyword: 'uniqueItems', type: 'array', schemaType: 'boolean', errors: false },
    error: { message: 'must not have two equal items' },
    compile: (unique: boolean) => (items: JsonValue[]) => !unique || areUnique(items),
  }));

  function replace(keyword: string, by: (original: CodeKeywordDefinition) => KeywordDefinition): void {
    const original = ajv.getKeyword(keyword);
    if (typeof original === 'boolean' || !('code' in original)) return;
    ajv.removeKeyword(keyword);
    ajv.addKeyword(by(original));
  }

  function recode(keyword: string, by: (original: CodeKeywordDefinition) => CodeKeywordDefinition['code']): void {
    replace(keyword, (original) => ({ ...original, code: by(original) }));
  }

  function isAmong(values: JsonValue[]): (value: JsonValue) => boolean {
    const scalars = new Set(values.filter((value) => !isComposite(value)));
    const composites = new Set(values.filter(isComposite).map(jsonKey));
    return (value) => (isComposite(value) ? composites.size > 0 && composites.has(keyOf(value)) : scalars.has(value));
  }

  function areUnique(items: JsonValue[]): boolean {
    const scalars = new Set<JsonValue>();
    const composites = new Set<string>();
    for (const item of items) {
      const before = scalars.size + composites.size;
      if (isComposite(item)) composites.add(keyOf(item));
      if (!isComposite(item)) scalars.add(item);
      if (scalars.size + composites.size === before) return false;
    }
    return true;
  }

  function keyOf(value: JsonValue): string {
    const key = jsonKey(value);
    meter.spend(key.length * STEPS_PER_CHARACTER);
    return key;
  }
}

function isComposite(value: JsonValue): value is Exclude<JsonValue, null | boolean | number | string> {
  return typeof value === 'object' && value !== null;
}
