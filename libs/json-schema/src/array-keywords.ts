import { _ } from 'ajv';
import type { AnySchema, KeywordCxt } from 'ajv';
import { mergeEvaluated, Type } from 'ajv/dist/compile/util.js';

/**
 * `prefixItems`, and `items` of draft-07 as a list. ajv's own leaves out every keyword after it where the array is
 * shorter than the list.
 */
export function itemsInOrder(cxt: KeywordCxt): void {
  const { gen, data, keyword, it } = cxt;
  const schemas: AnySchema[] = cxt.schema; // ajv types it as any; the meta-schema has made sure of a list
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
 * `contains`, with the bounds it has since 2019-09. ajv's own collects the errors of every item that does not match
 * and copies them for each, n² in all, and for an empty array repeats what it found for the array before.
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
    // Enough is enough, unless they must be counted to the end.
    gen.if(max === undefined ? _`${count} >= ${min}` : _`${count} > ${max}`, () => gen.break());
  });
  cxt.pass(max === undefined ? _`${count} >= ${min}` : _`${count} >= ${min} && ${count} <= ${max}`);
}
