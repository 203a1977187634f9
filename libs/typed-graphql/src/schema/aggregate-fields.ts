import { printPath } from '@haven/query';
import type { ObjectType, ScalarName } from '@haven/record-types';

import { memberInput, valueTypeOf } from './member-input.js';

/**
 * A field by which records are grouped and of which values are computed: a scalar member of the record, or of an object
 * in it, or a field that every record has.
 */
export interface AggregateField {
  /** Name in GraphQL: `price`, or `address_city` for a member of an object. */
  readonly name: string;
  /** The path as an aggregate writes it: `price`, `address.city`, `$createdAt`. */
  readonly path: string;
  readonly scalar: ScalarName;
  readonly description: string;
}

const SYSTEM_FIELDS: readonly AggregateField[] = [
  { name: '_version', path: '$version', scalar: 'Int', description: 'The version of the record.' },
  { name: '_createdAt', path: '$createdAt', scalar: 'DateTime', description: 'When the record was created.' },
  { name: '_updatedAt', path: '$updatedAt', scalar: 'DateTime', description: 'When the record last changed.' },
];

/** Members of objects in objects are fields to this depth. */
const DEPTH = 3;

/** Maximum number of members that are fields, so that a schema stays small. The generic `aggregate` takes any path. */
const MOST = 50;

/** An object in a record, with the objects around it. */
interface Place {
  readonly object: ObjectType;
  readonly names: readonly string[];
  readonly keys: readonly string[];
  readonly around: readonly ObjectType[];
}

const known = new WeakMap<ObjectType, readonly AggregateField[]>();

/** Returns the fields of a record, level by level. Of two that would have the same name, the outer one has it. */
export function aggregateFields(record: ObjectType): readonly AggregateField[] {
  const fields = known.get(record) ?? [...membersOf(record), ...SYSTEM_FIELDS];
  known.set(record, fields);
  return fields;
}

/** Whether the values of a field are numbers. */
export function isNumeric({ scalar, path }: AggregateField): boolean {
  return (scalar === 'Int' || scalar === 'SafeInt' || scalar === 'Float') && path !== '$version';
}

function membersOf(record: ObjectType): AggregateField[] {
  const fields = new Map<string, AggregateField>();
  const places: Place[] = [{ object: record, names: [], keys: [], around: [] }];
  for (const { object, names, keys, around } of places) {
    for (const member of object.members) {
      const type = valueTypeOf(member);
      const inner = { names: [...names, member.name], keys: [...keys, member.key], around: [...around, object] };
      if (type.kind === 'object' && inner.keys.length < DEPTH && !inner.around.includes(type))
        places.push({ object: type, ...inner });
      const name = inner.names.join('_');
      if (type.kind !== 'scalar' || fields.has(name)) continue;
      const { description } = memberInput(member);
      fields.set(name, { name, path: printPath(inner.keys), scalar: type.scalar, description });
      if (fields.size === MOST) return [...fields.values()];
    }
  }
  return [...fields.values()];
}
