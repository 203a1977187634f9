import { _, Name } from 'ajv';
import type { Ajv, CodeKeywordDefinition, KeywordCxt, KeywordDefinition } from 'ajv';

import type { JsonValue } from '@haven/kernel';

import { containsMatching, itemsInOrder } from './array-keywords.js';
import { isMultipleOf } from './decimal.js';
import { jsonKey } from './json-key.js';
import type { WorkMeter } from './work-meter.js';

const STEPS_PER_CHARACTER = 5;
const STEPS_PER_DECIMAL = 100;

/**
 * Puts other implementations in the place of ajv's where these take quadratic time (`uniqueItems`, `enum`, `contains`),
 * divide doubles (`multipleOf`), mistake what every object inherits, such as `constructor` and `valueOf`, for its own
 * (`enum`, `const`, `unevaluatedProperties`), or are wrong (`contains`, `prefixItems`, `patternProperties`).
 */
export function useExactKeywords(ajv: Pick<Ajv, 'getKeyword' | 'removeKeyword' | 'addKeyword'>, meter: WorkMeter): void {
  replace('contains', (contains) => ({ ...contains, code: containsMatching }));
  replace('prefixItems', (prefixItems) => ({ ...prefixItems, code: itemsInOrder }));
  replace('items', (items) => ({ ...items, code: (cxt) => (Array.isArray(cxt.schema) ? itemsInOrder(cxt) : items.code(cxt)) }));
  replace('patternProperties', (matching) => ({ ...matching, code: withEvaluatedSet(matching) }));
  replace('unevaluatedProperties', (unevaluated) => ({ ...unevaluated, code: knowingOwnMembers(unevaluated) }));
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

/** The matching members are noted as evaluated in an object that may not be there, when a `$ref` should have made it. */
function withEvaluatedSet(matching: CodeKeywordDefinition): (cxt: KeywordCxt) => void {
  return (cxt) => {
    const { gen, it } = cxt;
    const { props } = it;
    if (props instanceof Name) gen.if(_`${props} === undefined`, () => gen.assign(props, _`{}`));
    matching.code(cxt);
  };
}

/** The evaluated members are looked up in an object, where `constructor` is found though nobody put it there. */
function knowingOwnMembers(unevaluated: CodeKeywordDefinition): (cxt: KeywordCxt) => void {
  return (cxt) => {
    const { gen, it } = cxt;
    const known = it.props;
    if (known instanceof Name) {
      const own = _`Object.assign(Object.create(null), ${known})`;
      it.props = gen.const('known', _`${known} === true || ${known} === undefined ? ${known} : ${own}`);
    }
    unevaluated.code(cxt);
  };
}

function isComposite(value: JsonValue): value is Exclude<JsonValue, null | boolean | number | string> {
  return typeof value === 'object' && value !== null;
}
