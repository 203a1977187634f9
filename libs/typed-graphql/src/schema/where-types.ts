import { GraphQLInputObjectType, GraphQLList, GraphQLNonNull, GraphQLString } from 'graphql';
import type { GraphQLInputFieldConfig, GraphQLInputFieldConfigMap } from 'graphql';

import type { Member, ObjectType, ScalarName, ValueType } from '@haven/record-types';

import { inputExtensions } from '../extensions.js';
import { memberInput, valueTypeOf } from './member-input.js';
import { existenceOperators } from './operator-fields.js';
import { listOperators } from './operator-types.js';
import type { OperatorTypes } from './operator-types.js';
import type { SharedTypes } from './shared-types.js';

/** The fields that every record has, in a filter and in a sort. */
export const SYSTEM = {
  id: inputExtensions({ kind: 'system', path: '$id' }),
  version: inputExtensions({ kind: 'system', path: '$version' }),
  createdAt: inputExtensions({ kind: 'system', path: '$createdAt' }),
  updatedAt: inputExtensions({ kind: 'system', path: '$updatedAt' }),
  score: inputExtensions({ kind: 'system', path: '$score' }),
};

const SEARCH: Record<string, GraphQLInputFieldConfig> = {
  _search: {
    type: GraphQLString,
    description:
      'The text of the record matches this search: `word`, `prefix*`, `"a phrase"`, and `-` before what must not be ' +
      'in it. Not with `asOf`.',
    extensions: inputExtensions({ kind: 'operator', isDateTime: false }),
  },
};

const LOGIC = inputExtensions({ kind: 'logic' });
const RAW = inputExtensions({ kind: 'raw' });
const RAW_DESCRIPTION = "A filter in Haven's own language, with the keys of the JSON documents.";

/** The operators on each scalar. */
const OPERATORS: Readonly<Record<ScalarName, keyof OperatorTypes['lists']>> = {
  String: 'string',
  ID: 'id',
  DateTime: 'dateTime',
  Int: 'number',
  SafeInt: 'number',
  Float: 'number',
  Boolean: 'boolean',
  JSON: 'json',
};

/** Creates the types of `where` arguments: conditions on the members of records and of the objects in them. */
export class WhereTypes {
  private readonly types = new Map<ObjectType, GraphQLInputObjectType>();
  private readonly lists = new Map<ObjectType, GraphQLInputObjectType>();

  constructor(
    private readonly shared: SharedTypes,
    private readonly record: ObjectType,
  ) {}

  /** Returns the conditions on records; with `_search` if they are those of a collection that can be searched. */
  ofRecords({ isSearchable }: { isSearchable: boolean }): GraphQLInputObjectType {
    return this.create(this.record, `${this.record.name}Where`, {
      ...this.systemFields(),
      ...(isSearchable && SEARCH),
    });
  }

  /** Returns the conditions on records whose changes are followed. They cannot search. */
  ofChangedRecords(): GraphQLInputObjectType {
    return this.create(this.record, `${this.record.name}ChangeWhere`, this.systemFields());
  }

  private of(object: ObjectType): GraphQLInputObjectType {
    const type = this.types.get(object) ?? this.create(object, `${object.name}Where`, existenceOperators());
    this.types.set(object, type);
    return type;
  }

  private create(
    object: ObjectType,
    name: string,
    more: Record<string, GraphQLInputFieldConfig>,
  ): GraphQLInputObjectType {
    const type: GraphQLInputObjectType = new GraphQLInputObjectType({
      name,
      description: 'Conditions on the members. All of them must be true.',
      fields: () => {
        const fields: GraphQLInputFieldConfigMap = {};
        for (const member of object.members)
          fields[member.name] = { ...memberInput(member), type: this.conditionsOn(member) };
        return Object.assign(fields, more, this.logic(type));
      },
    });
    return type;
  }

  private conditionsOn(member: Member): GraphQLInputObjectType {
    const { operators } = this.shared;
    const type = valueTypeOf(member);
    switch (type.kind) {
      case 'object':
        return this.of(type);
      case 'list':
        return this.conditionsOnList(type.of);
      case 'union':
        return operators.json;
      case 'scalar':
        return operators[OPERATORS[type.scalar]];
    }
  }

  private conditionsOnList(elements: ValueType): GraphQLInputObjectType {
    const { lists } = this.shared.operators;
    if (elements.kind === 'scalar') return lists[OPERATORS[elements.scalar]];
    return elements.kind === 'object' ? this.listOf(elements) : lists.json;
  }

  /** No other type has a name with two underscores. */
  private listOf(object: ObjectType): GraphQLInputObjectType {
    const type =
      this.lists.get(object) ??
      new GraphQLInputObjectType({
        name: `${object.name}_ListWhere`,
        description: 'Conditions on a list of objects. All of them must be true.',
        fields: () => listOperators(this.shared.scalars.JSON, this.of(object)),
      });
    this.lists.set(object, type);
    return type;
  }

  private systemFields(): Record<string, GraphQLInputFieldConfig> {
    const { id, number, dateTime } = this.shared.operators;
    return {
      _id: { type: id, description: 'Id of the record.', extensions: SYSTEM.id },
      _version: { type: number, description: 'Version of the record.', extensions: SYSTEM.version },
      _createdAt: { type: dateTime, description: 'When the record was created.', extensions: SYSTEM.createdAt },
      _updatedAt: { type: dateTime, description: 'When the record last changed.', extensions: SYSTEM.updatedAt },
    };
  }

  private logic(type: GraphQLInputObjectType): Record<string, GraphQLInputFieldConfig> {
    const list = new GraphQLList(new GraphQLNonNull(type));
    return {
      _and: { type: list, description: 'All of these conditions are true.', extensions: LOGIC },
      _or: { type: list, description: 'At least one of these conditions is true.', extensions: LOGIC },
      _not: { type, description: 'This condition is not true.', extensions: LOGIC },
      _raw: { type: this.shared.scalars.JSON, description: RAW_DESCRIPTION, extensions: RAW },
    };
  }
}
