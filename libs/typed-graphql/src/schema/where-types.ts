import { GraphQLInputObjectType, GraphQLList, GraphQLNonNull } from 'graphql';
import type { GraphQLInputFieldConfig, GraphQLInputFieldConfigMap } from 'graphql';

import type { Member, ObjectType, ScalarName } from '@haven/record-types';

import { inputExtensions } from '../extensions.js';
import { memberInput, valueTypeOf } from './member-input.js';
import { existenceOperators } from './operator-types.js';
import type { OperatorTypes } from './operator-types.js';
import type { SharedTypes } from './shared-types.js';

/** The fields that every record has, in a filter and in a sort. */
export const SYSTEM = {
  id: inputExtensions({ kind: 'system', path: '$id' }),
  version: inputExtensions({ kind: 'system', path: '$version' }),
  createdAt: inputExtensions({ kind: 'system', path: '$createdAt' }),
  updatedAt: inputExtensions({ kind: 'system', path: '$updatedAt' }),
};

const LOGIC = inputExtensions({ kind: 'logic' });
const RAW = inputExtensions({ kind: 'raw' });
const RAW_DESCRIPTION = "A filter in Haven's own language, with the keys of the JSON documents.";

/** The operators on each scalar. */
const OPERATORS: Readonly<Record<ScalarName, keyof OperatorTypes>> = {
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

  constructor(
    private readonly shared: SharedTypes,
    private readonly record: ObjectType,
  ) {}

  of(object: ObjectType): GraphQLInputObjectType {
    const type = this.types.get(object) ?? this.create(object);
    this.types.set(object, type);
    return type;
  }

  private create(object: ObjectType): GraphQLInputObjectType {
    const type: GraphQLInputObjectType = new GraphQLInputObjectType({
      name: `${object.name}Where`,
      description: 'Conditions on the members. All of them must be true.',
      fields: () => {
        const fields: GraphQLInputFieldConfigMap = {};
        for (const member of object.members)
          fields[member.name] = { ...memberInput(member), type: this.conditionsOn(member) };
        Object.assign(fields, object === this.record ? this.systemFields() : existenceOperators());
        return Object.assign(fields, this.logic(type));
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
        return operators.list;
      case 'union':
        return operators.json;
      case 'scalar':
        return operators[OPERATORS[type.scalar]];
    }
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
