import { _, Name } from 'ajv';
import type { CodeKeywordDefinition, KeywordCxt } from 'ajv';
import { evaluatedPropsToName } from 'ajv/dist/compile/util.js';

type Code = (cxt: KeywordCxt) => void;

/**
 * A keyword of which only some schemas count for what was evaluated. What was evaluated before must be in variables by
 * then: ajv would make these within the branch for the schema, and lose all where it is not taken.
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

/** `if`, which evaluates members and items only if it holds, and does so without `then` and `else` too. */
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

/** Notes the matching members in the set of the evaluated, which may be missing where a `$ref` should have made it. */
export function withEvaluatedSet(patternProperties: CodeKeywordDefinition): Code {
  return (cxt) => {
    const { gen, it } = cxt;
    const { props } = it;
    if (props instanceof Name) gen.if(_`${props} === undefined`, () => gen.assign(props, _`{}`));
    patternProperties.code(cxt);
  };
}

/** Looks the evaluated members up in an object that inherits nothing, least of all a `constructor`. */
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

/** Compares the length with the number of evaluated items, which may be unknown (none) or `true` (all). */
export function countingItems(unevaluatedItems: CodeKeywordDefinition): Code {
  return (cxt) => {
    const { gen, it } = cxt;
    const { items } = it;
    if (items instanceof Name) it.items = gen.const('known', _`${items} === true ? Infinity : ${items} || 0`);
    unevaluatedItems.code(cxt);
  };
}
