import { _ } from 'ajv';
import type { AnySchema, KeywordCxt } from 'ajv';
import { mergeEvaluated, Type } from 'ajv/dist/compile/util.js';

/**
 * Generates the code for `prefixItems`, and for draft-07's `items` with a list of schemas. Replaces ajv's
 * implementation, which does not check the keywords after this one when the array is shorter than the list.
 */
export function itemsInOrder(cxt: KeywordCxt): void {
  const { gen, data, keyword, it } = cxt;
  const schemas: AnySchema[] = cxt.schema; // ajv types it as any; the meta-schema ensures that it is a list
  if (it.opts.unevaluated && it.items !== true) it.items = mergeEvaluated.items(gen, schemas.length, it.items);
  const length = gen.const('len', _`${data}.length`);
  const valid = gen.name('valid');
  schemas.forEach((schema, index) => {
    if (schema === true) return;
    gen.var(valid, true);
    gen.if(_`${length} > ${index}`, () => cxt.subschema({ keyword, schemaProp: index, dataProp: index }, valid));
    cxt.ok(valid);
  });
}

/**
 * Generates the code for `contains`. In 2020-12, `minContains` and `maxContains` bound the number of matching items.
 * Replaces ajv's implementation, which has two defects: for every item that does not match, it copies the errors of all
 * preceding items, which takes quadratic time; and for an empty array, it uses the result of the array that was
 * validated before.
 */
export function containsMatching(cxt: KeywordCxt): void {
  const { gen, data, keyword, parentSchema, it } = cxt;
  const min: number = it.opts.next ? (parentSchema['minContains'] ?? 1) : 1;
  const max: number | undefined = it.opts.next ? parentSchema['maxContains'] : undefined;
  cxt.setParams({ min, max });
  const count = gen.let('count', 0);
  gen.forRange('i', 0, _`${data}.length`, (index) => {
    const valid = gen.name('valid');
    cxt.subschema({ keyword, dataProp: index, dataPropType: Type.Num, compositeRule: true }, valid);
    cxt.reset();
    gen.if(valid, () => gen.code(_`${count}++`));
    // Stop counting once the result is certain: at `min` matches if there is no maximum, otherwise above the maximum.
    gen.if(max === undefined ? _`${count} >= ${min}` : _`${count} > ${max}`, () => gen.break());
  });
  cxt.pass(max === undefined ? _`${count} >= ${min}` : _`${count} >= ${min} && ${count} <= ${max}`);
}
