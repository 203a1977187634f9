import { _, Name } from 'ajv';
import type { CodeKeywordDefinition, KeywordCxt } from 'ajv';
import { evaluatedPropsToName } from 'ajv/dist/compile/util.js';

type Code = (cxt: KeywordCxt) => void;

/**
 * Wraps a keyword such as `anyOf`, whose subschemas mark members and items as evaluated only if they match. Declares
 * the variables for the evaluated members and items before the code of the keyword. Otherwise ajv would declare them
 * inside the code for one subschema, and they would have no value if that code does not run.
 */
export function settled(keyword: CodeKeywordDefinition): Code {
  return (cxt) => {
    const { gen, it } = cxt;
    if (it.opts.unevaluated && it.props !== true && !(it.props instanceof Name)) {
      it.props = evaluatedPropsToName(gen, it.props);
    }
    if (it.opts.unevaluated && it.items !== true && !(it.items instanceof Name)) {
      it.items = gen.var('items', it.items ?? 0);
    }
    keyword.code(cxt);
  };
}

/**
 * Generates the code for `if`. If the data matches the schema in `if`, the members and items that this schema evaluates
 * count as evaluated, even without `then` and `else`.
 */
export function conditional(cxt: KeywordCxt): void {
  const { gen, parentSchema } = cxt;
  const holds = gen.name('holds');
  const valid = gen.let('valid', true);
  const ifClause = gen.let('ifClause', _`"then"`);
  cxt.setParams({ ifClause });
  const condition = cxt.subschema({ keyword: 'if', compositeRule: true, createErrors: false, allErrors: false }, holds);
  cxt.reset();
  cxt.mergeValidEvaluated(condition, holds);
  gen.if(
    holds,
    () => clause('then'),
    () => clause('else'),
  );
  cxt.pass(valid, () => cxt.error(true));

  function clause(keyword: 'then' | 'else'): void {
    if (!(keyword in parentSchema)) return;
    const passes = gen.name('passes');
    const branch = cxt.subschema({ keyword }, passes);
    gen.assign(valid, passes).assign(ifClause, _`${keyword}`);
    cxt.mergeValidEvaluated(branch, valid);
  }
}

/**
 * Wraps `patternProperties`, which adds the matching members to the set of evaluated members. Creates this set first if
 * it does not exist, which happens after some `$ref`s.
 */
export function withEvaluatedSet(patternProperties: CodeKeywordDefinition): Code {
  return (cxt) => {
    const { gen, it } = cxt;
    const { props } = it;
    if (props instanceof Name) gen.if(_`${props} === undefined`, () => gen.assign(props, _`{}`));
    patternProperties.code(cxt);
  };
}

/**
 * Wraps `unevaluatedProperties`. First copies the set of evaluated members to an object without a prototype. Otherwise
 * `constructor` and other inherited properties would count as evaluated members.
 */
export function knowingOwnMembers(unevaluatedProperties: CodeKeywordDefinition): Code {
  return (cxt) => {
    const { gen, it } = cxt;
    const { props } = it;
    if (props instanceof Name) {
      const own = _`Object.assign(Object.create(null), ${props})`;
      it.props = gen.const('known', _`${props} === true || ${props} === undefined ? ${props} : ${own}`);
    }
    unevaluatedProperties.code(cxt);
  };
}

/**
 * Wraps `unevaluatedItems`, which compares the array's length with the number of evaluated items. At run time this
 * number can also be undefined (no items) or `true` (all items), so it is first converted to a number.
 */
export function countingItems(unevaluatedItems: CodeKeywordDefinition): Code {
  return (cxt) => {
    const { gen, it } = cxt;
    const { items } = it;
    if (items instanceof Name) it.items = gen.const('known', _`${items} === true ? Infinity : ${items} || 0`);
    unevaluatedItems.code(cxt);
  };
}
