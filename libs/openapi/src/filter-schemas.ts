import { typesAt } from '@haven/json-schema';
import type { SchemaNode } from '@haven/json-schema';
import type { JsonObject } from '@haven/kernel';

import { componentRef } from './component-names.js';
import { memberNodes } from './example-record.js';

/** Members of nested objects are described to this depth. */
const DEPTH = 3;

const ANY = { description: 'Any JSON value.' };
const operators = (operand: JsonObject, names: string): [string, JsonObject][] =>
  names.split(' ').map((name) => [name, operand]);
const listOf = (items: JsonObject): JsonObject => ({ type: 'array', items });
const DATE_TIME: JsonObject = {
  type: 'object',
  description: 'Compares strings as RFC 3339 date-times.',
  required: ['$dateTime'],
  properties: { $dateTime: { type: 'string', format: 'date-time' } },
};
const CASELESS: JsonObject = {
  type: 'object',
  description: 'Compares strings without regard to case.',
  required: ['$caseless'],
  properties: { $caseless: { type: 'string' } },
};

/** Conditions for a member: a value that it must equal, or operators. */
function conditions(description: string, operand: JsonObject, more: [string, JsonObject][]): JsonObject {
  const properties = Object.fromEntries([
    ...operators(operand, '_eq _ne _gt _gte _lt _lte'),
    ...operators(listOf(operand), '_in _nin'),
    ...operators({ type: 'boolean' }, '_exists _isNull'),
    ...more,
  ]);
  return { description, anyOf: [operand, { type: 'null' }, { type: 'object', properties }] };
}

const COUNT: JsonObject = { type: 'integer', minimum: 0 };
const SIZE: JsonObject = {
  description: 'The number of elements, or operators on it.',
  anyOf: [
    COUNT,
    {
      type: 'object',
      properties: Object.fromEntries([
        ...operators(COUNT, '_eq _ne _gt _gte _lt _lte'),
        ...operators(listOf(COUNT), '_in _nin'),
      ]),
    },
  ],
};
const ELEMENT_FILTER: JsonObject = {
  type: 'object',
  description: 'A filter on an element: conditions on its members, or operators on the element itself.',
};
const ON_LISTS = [
  ...operators(ANY, '_eq _ne _contains'),
  ...operators(ELEMENT_FILTER, '_some _every _none'),
  ...operators(SIZE, '_size'),
];

const SEARCH: JsonObject = {
  type: 'string',
  description:
    'Searches the text of the record: `word`, `prefix*`, `"a phrase"`, and `-` before what must not be in it.',
};

const TEXT: JsonObject = { anyOf: [{ type: 'string' }, DATE_TIME, CASELESS] };

/** The components that describe the conditions for members, by their names. */
export const FILTER_COMPONENTS: Readonly<Record<string, JsonObject>> = {
  StringCondition: conditions('Conditions for a string, or the string itself.', TEXT, [
    ...operators({ type: 'string' }, '_startsWith _like _ilike'),
  ]),
  NumberCondition: conditions('Conditions for a number, or the number itself.', { type: 'number' }, []),
  BooleanCondition: conditions('Conditions for a boolean, or the boolean itself.', { type: 'boolean' }, []),
  ListCondition: {
    description:
      'Conditions for an array. `_contains` matches an array with this element; `_some`, `_every` and `_none` test each ' +
      'element, and `_size` their number.',
    anyOf: [
      listOf(ANY),
      { type: 'null' },
      { type: 'object', properties: Object.fromEntries([...ON_LISTS, ...existence()]) },
    ],
  },
};

function existence(): [string, JsonObject][] {
  return operators({ type: 'boolean' }, '_exists _isNull');
}

/** Returns the component for the filters of a collection whose records have this schema. */
export function filterSchema(root: SchemaNode, name: string, isSearchable: boolean): JsonObject {
  const filter = componentRef(name);
  return {
    type: 'object',
    description: 'A filter. Members of the data, and `$id`, `$version`, `$createdAt`, `$updatedAt`, have conditions.',
    properties: {
      ...membersOf(root, DEPTH, new Set([root])),
      $id: componentRef('StringCondition'),
      $version: componentRef('NumberCondition'),
      $createdAt: componentRef('StringCondition'),
      $updatedAt: componentRef('StringCondition'),
      ...(isSearchable && { _search: SEARCH }),
      _and: listOf(filter),
      _or: listOf(filter),
      _not: filter,
    },
  };
}

function membersOf(node: SchemaNode, depth: number, open: ReadonlySet<SchemaNode>): JsonObject {
  const entries = [...memberNodes(node)].map(([name, member]) => [name, conditionOf(member, depth, open)] as const);
  return Object.fromEntries(entries);
}

function conditionOf(member: SchemaNode, depth: number, open: ReadonlySet<SchemaNode>): JsonObject {
  const types = [...(typesAt(member, []) ?? [])].filter((type) => type !== 'null');
  const only = (...allowed: string[]): boolean => types.length > 0 && types.every((type) => allowed.includes(type));
  if (only('string')) return componentRef('StringCondition');
  if (only('number', 'integer')) return componentRef('NumberCondition');
  if (only('boolean')) return componentRef('BooleanCondition');
  if (only('array')) return componentRef('ListCondition');
  if (!only('object') || depth === 0 || open.has(member)) return ANY;
  const members = membersOf(member, depth - 1, new Set([...open, member]));
  if (Object.keys(members).length === 0) return ANY;
  return { type: 'object', properties: { ...members, ...Object.fromEntries(existence()) } };
}
