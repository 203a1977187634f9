import { GraphQLEnumType, GraphQLInputObjectType } from 'graphql';
import type { GraphQLInputFieldConfig, GraphQLInputFieldConfigMap } from 'graphql';

import type { Member, ObjectType } from '@haven/record-types';

import { memberInput, valueTypeOf } from './member-input.js';
import { SYSTEM } from './where-types.js';

/** The value of a direction is what precedes a path in a sort. */
export const SortOrder = new GraphQLEnumType({
  name: 'SortOrder',
  description: 'Direction of a sort.',
  values: {
    ASC: { value: '', description: 'Ascending.' },
    DESC: { value: '-', description: 'Descending.' },
  },
});

const SYSTEM_FIELDS: GraphQLInputFieldConfigMap = {
  _id: { type: SortOrder, description: 'By the ids of the records.', extensions: SYSTEM.id },
  _version: { type: SortOrder, description: 'By the versions of the records.', extensions: SYSTEM.version },
  _createdAt: { type: SortOrder, description: 'By when the records were created.', extensions: SYSTEM.createdAt },
  _updatedAt: { type: SortOrder, description: 'By when the records last changed.', extensions: SYSTEM.updatedAt },
};

const SCORE_FIELDS: GraphQLInputFieldConfigMap = {
  _score: {
    type: SortOrder,
    description:
      'By how well the records match `_search` in `where`: always the best first, whichever direction is given. ' +
      'It is the only item of `orderBy`.',
    extensions: SYSTEM.score,
  },
};

/** Creates the types of the items of `orderBy` arguments, each of which names one member and a direction. */
export class OrderTypes {
  private readonly types = new Map<ObjectType, GraphQLInputObjectType>();
  private readonly sortable: ReadonlySet<ObjectType>;

  constructor(
    private readonly record: ObjectType,
    private readonly isSearchable: boolean,
  ) {
    this.sortable = sortableObjects(record);
  }

  of(object: ObjectType): GraphQLInputObjectType {
    const type = this.types.get(object) ?? this.create(object);
    this.types.set(object, type);
    return type;
  }

  private create(object: ObjectType): GraphQLInputObjectType {
    return new GraphQLInputObjectType({
      name: `${object.name}OrderBy`,
      description: 'A member to sort by, and the direction.',
      isOneOf: true,
      fields: () => {
        const fields: GraphQLInputFieldConfigMap = {};
        for (const member of object.members) {
          const type = this.orderOf(member);
          if (type) fields[member.name] = { ...memberInput(member), type };
        }
        if (object !== this.record) return fields;
        return Object.assign(fields, SYSTEM_FIELDS, this.isSearchable ? SCORE_FIELDS : {});
      },
    });
  }

  /** Lists and unions have no order that a client could expect. */
  private orderOf(member: Member): GraphQLInputFieldConfig['type'] | null {
    const type = valueTypeOf(member);
    if (type.kind === 'scalar') return SortOrder;
    return type.kind === 'object' && this.sortable.has(type) ? this.of(type) : null;
  }
}

/**
 * Returns the objects that have something to sort by, directly or in an object. The others have no type, because it
 * would have no field, or only fields that lead back to it.
 */
function sortableObjects(record: ObjectType): ReadonlySet<ObjectType> {
  const objects = new Set([record]);
  for (const { members } of objects) for (const { type } of members) if (type.kind === 'object') objects.add(type);
  const innermostFirst = [...objects].reverse();
  const sortable = new Set<ObjectType>();
  for (let before = -1; before !== sortable.size;) {
    before = sortable.size;
    for (const object of innermostFirst) {
      const types = object.members.map(valueTypeOf);
      if (types.some((type) => type.kind === 'scalar' || (type.kind === 'object' && sortable.has(type))))
        sortable.add(object);
    }
  }
  return sortable;
}
