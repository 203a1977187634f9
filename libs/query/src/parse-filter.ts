import { invalid, isJsonObject, limitExceeded, pointerTo } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import type { Filter } from './filter.js';
import type { QueryLimits } from './limits.js';
import { refuseOperators } from './literal-operand.js';
import { isSystemOperator, readConditions, readSystemCondition } from './operand.js';
import { conditionNames, listNames, operatorNames } from './operator-names.js';
import type { ConditionOperator, ListOperator } from './operator-names.js';
import { joinPath, parseField, splitUnescaped } from './path.js';
import type { Field, FieldPath } from './path.js';
import { readSearch } from './search-text.js';
import type { SearchSupport } from './search-support.js';
import { noSearch } from './search-support.js';
import { readSizes } from './size-operand.js';
import { isTyped, isTypeName } from './typed-operand.js';

/**
 * Parses a filter from its JSON form. Throws `FILTER_INVALID` for a malformed filter and `LIMIT_EXCEEDED` for one that
 * exceeds a limit, with a JSON Pointer into the filter. `search` says how `_search` is read; without it, `_search` is
 * refused.
 */
export function parseFilter(json: JsonValue, limits: QueryLimits, search: SearchSupport = NOWHERE): Filter {
  return new FilterReader(limits, search).object(json, { pointer: '', field: null, depth: 0 });
}

/**
 * JSON Pointer of each condition. They are not members of the condition, so that filters with the same meaning are
 * equal.
 */
const pointers = new WeakMap<Filter, string>();

/** Returns the JSON Pointer at which `parseFilter` read a condition on a field. */
export function pointerOf(condition: Filter): string {
  return pointers.get(condition) ?? '';
}

/**
 * Position of the reader in the filter: the JSON Pointer, the field that the enclosing keys name, and the number of
 * enclosing operators that contain filters. Inside `_some`, `_every` and `_none`, the field starts at the element, and
 * has the empty path if it is the element itself.
 */
interface Spot {
  readonly pointer: string;
  readonly field: Field | null;
  readonly depth: number;
}

const NOWHERE = noSearch('is possible only in filters of the current records of a collection');

/** Reads one filter. Counts operators and listed values along the way. */
class FilterReader {
  private operators = 0;
  private listed = 0;
  private searchTerms = 0;

  constructor(
    private readonly limits: QueryLimits,
    private readonly searchSupport: SearchSupport,
  ) {}

  object(json: JsonValue, spot: Spot): Filter {
    if (!isJsonObject(json)) throw invalidFilter(spot, 'must be an object');
    const members = Object.entries(json);
    if (members.length === 0 && spot.field && spot.field !== ELEMENT)
      throw invalidFilter(spot, 'must not be empty; to compare with {}, write {"_eq": {}}');
    if (members.length === 0) this.count(spot);
    return allOf(
      members.map(([key, value]) => this.member(key, value, { ...spot, pointer: pointerTo(spot.pointer, key) })),
    );
  }

  private member(key: string, value: JsonValue, spot: Spot): Filter {
    if (key.startsWith('_')) return this.operator(key, value, spot);
    const field = fieldBelow(key, spot);
    if (!isJsonObject(value) || isTyped(value)) return this.operator('_eq', value, { ...spot, field });
    refuseTypeBesideOthers(value, spot);
    return this.object(value, { ...spot, field });
  }

  private operator(name: string, operand: JsonValue, spot: Spot): Filter {
    this.count(spot);
    switch (name) {
      case '_and':
        return allOf(this.filters(operand, spot));
      case '_or':
        return { kind: 'or', parts: this.filters(operand, spot) };
      case '_not':
        return { kind: 'not', part: this.object(operand, this.deeper(spot)) };
      case '_search':
        return this.search(operand, spot);
    }
    const list = listNames.get(name);
    if (list) return negatedIf(list.isNegated, this.list(list.operator, operand, spot, name));
    const condition = conditionNames.get(name);
    if (condition) return negatedIf(condition.isNegated, this.comparison(condition.operator, operand, spot));
    const known = [...operatorNames].join(', ');
    throw invalidFilter(spot, `unknown operator "${name}" (${known}); for a member of that name, write "\\${name}"`);
  }

  /** Reads a condition on an array: on its elements or its size. */
  private list(operator: ListOperator, operand: JsonValue, spot: Spot, name: string): Filter {
    const { pointer, field } = spot;
    if (!field) throw invalidFilter(spot, `${name} must be inside a field, as in {"tags": {"_size": 2}}`);
    if (!('path' in field)) throw invalidFilter(spot, `${name} is not an operator of $${field.system}`);
    const { path } = field;
    if (operator === 'size') return this.size(operand, path, spot);
    if (!isJsonObject(operand) || isTyped(operand))
      throw invalidFilter(spot, 'must be a filter on the elements, such as {"name": "x"} or {"_eq": "x"}');
    const filter = this.object(operand, { ...this.deeper(spot), field: ELEMENT });
    return withPointer({ kind: 'elements', path, quantifier: operator, filter }, pointer);
  }

  private size(operand: JsonValue, path: FieldPath, spot: Spot): Filter {
    const parts = readSizes(operand, spot.pointer).map(({ condition, isNegated, pointer }) => {
      const at = { ...spot, pointer };
      if (pointer !== spot.pointer) this.count(at);
      if (condition.operator === '_in') this.countListed(condition.operand, at);
      return negatedIf(isNegated, withPointer({ kind: 'size', path, condition }, pointer));
    });
    return allOf(parts);
  }

  private comparison(operator: ConditionOperator, operand: JsonValue, spot: Spot): Filter {
    const { pointer, field } = spot;
    if (!field) throw invalidFilter(spot, `${operator} must be inside a field, as in {"year": {"_gt": 2000}}`);
    if ('path' in field) return this.dataComparison(operator, operand, field.path, spot);
    if (!isSystemOperator(operator)) throw invalidFilter(spot, `${operator} is not an operator of $${field.system}`);
    const condition = readSystemCondition(field.system, operator, operand, pointer);
    if (condition.operator === '_in') this.countListed(condition.operand, spot);
    return withPointer({ kind: 'system', field: field.system, condition }, pointer);
  }

  private dataComparison(operator: ConditionOperator, operand: JsonValue, path: FieldPath, spot: Spot): Filter {
    const { pointer } = spot;
    if (operator === '_contains') refuseOperators(operand, operator, pointer);
    if (operator === '_in' && Array.isArray(operand)) {
      this.countListed(operand, spot);
      for (const [index, value] of operand.entries()) {
        if (!isTyped(value)) refuseOperators(value, operator, pointerTo(pointer, index));
      }
    }
    const parts = readConditions(operator, operand, { pointer, limits: this.limits }).map((condition) =>
      withPointer({ kind: 'data', path, condition }, pointer),
    );
    const [only, ...others] = parts;
    return only && others.length === 0 ? only : { kind: 'or', parts };
  }

  private search(operand: JsonValue, spot: Spot): Filter {
    const { pointer, field } = spot;
    if (field)
      throw invalidFilter(
        spot,
        '_search must not be inside a field, as in {"_search": "words", "year": {"_gt": 2000}}',
      );
    const support = this.searchSupport;
    if ('refusal' in support) throw support.refusal(pointer);
    const { index, limits } = support;
    const terms = readSearch(operand, limits, pointer);
    this.searchTerms += terms.length;
    if (this.searchTerms > limits.searchTerms) throw limitExceeded('limits.searchTerms', limits.searchTerms, pointer);
    return { kind: 'search', index, terms };
  }

  private filters(operand: JsonValue, spot: Spot): Filter[] {
    if (!Array.isArray(operand)) throw invalidFilter(spot, 'must be an array of filters');
    const below = this.deeper(spot);
    return operand.map((part, index) => this.object(part, { ...below, pointer: pointerTo(spot.pointer, index) }));
  }

  private deeper(spot: Spot): Spot {
    const { filterDepth } = this.limits;
    if (spot.depth >= filterDepth) throw limitExceeded('limits.filterDepth', filterDepth, spot.pointer);
    return { ...spot, depth: spot.depth + 1 };
  }

  private count(spot: Spot): void {
    const { filterOperators } = this.limits;
    if (++this.operators > filterOperators)
      throw limitExceeded('limits.filterOperators', filterOperators, spot.pointer);
  }

  // The limit applies to all lists together, because PostgreSQL plans each value separately: planning a hundred lists
  // of the maximum length took two minutes.
  private countListed(values: readonly unknown[], spot: Spot): void {
    const { inLength } = this.limits;
    this.listed += values.length;
    if (this.listed > inLength) throw limitExceeded('limits.inLength', inLength, spot.pointer);
  }
}

/** Refuses a filter on a field that has the name of a type among other members. */
function refuseTypeBesideOthers(value: JsonObject, { pointer }: Spot): void {
  const type = Object.keys(value).find(isTypeName);
  if (type === undefined) return;
  const advice = `write {"_eq": {"${type}": …}} for a condition beside others`;
  throw invalid('FILTER_INVALID', pointer, `must not have other members beside \`${type}\`; ${advice}`);
}

function withPointer(condition: Filter, pointer: string): Filter {
  pointers.set(condition, pointer);
  return condition;
}

function negatedIf(isNegated: boolean, part: Filter): Filter {
  return isNegated ? { kind: 'not', part } : part;
}

/** The element of the array that the enclosing operator names. */
const ELEMENT: Field = { path: [] };

function fieldBelow(key: string, spot: Spot): Field {
  const use = { code: 'FILTER_INVALID', pointer: spot.pointer } as const;
  const operator = splitUnescaped(key, '.').find((segment) => segment.startsWith('_'));
  if (operator)
    throw invalidFilter(
      spot,
      `the operator "${operator}" must be a key of its own; for a member of that name, write "\\${operator}"`,
    );
  if (!spot.field) return parseField(key, use);
  if ('system' in spot.field) throw invalidFilter(spot, `$${spot.field.system} has no members`);
  return { path: joinPath(spot.field.path, key, use) };
}

function allOf(parts: Filter[]): Filter {
  const [only, ...others] = parts;
  return only && others.length === 0 ? only : { kind: 'and', parts };
}

function invalidFilter(spot: Spot, detail: string) {
  return invalid('FILTER_INVALID', spot.pointer, detail);
}
