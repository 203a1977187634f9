import { GraphQLList, GraphQLObjectType, GraphQLUnionType } from 'graphql';
import type { GraphQLFieldConfig, GraphQLFieldConfigMap, GraphQLOutputType } from 'graphql';

import type { Member, ObjectType, UnionType, ValueType } from '@haven/record-types';

import { outputExtensions } from '../extensions.js';
import { memberInput, valueTypeOf } from './member-input.js';
import type { SharedTypes } from './shared-types.js';

type Field = GraphQLFieldConfig<unknown, unknown>;
export type Fields = GraphQLFieldConfigMap<unknown, unknown>;

/**
 * Creates the types of objects in records. Values are read by selection plans, so no field has a resolver: `extensions`
 * says where its value comes from.
 */
export class ObjectTypes {
  private readonly objects = new Map<ObjectType, GraphQLObjectType>();
  private readonly unions = new Map<UnionType, GraphQLUnionType>();

  /** `recordOf` returns the type of the records of a collection, or undefined if the caller cannot read them. */
  constructor(
    private readonly shared: SharedTypes,
    private readonly recordOf: (collection: string) => GraphQLObjectType | undefined,
  ) {}

  /** Returns the fields of the members of an object, with `_data` last. */
  fieldsOf(object: ObjectType): Fields {
    const fields: Fields = {};
    const names = new Set(object.members.map(({ name }) => name));
    for (const member of object.members) {
      const target = member.reference === undefined ? undefined : this.recordOf(member.reference);
      if (!target) {
        fields[member.name] = this.memberField(member);
        continue;
      }
      fields[member.name] = referenceField(member, target);
      const idName = `${member.name}_${isList(member) ? 'ids' : 'id'}`;
      if (!names.has(idName)) fields[idName] = this.referenceIdField(member);
    }
    fields['_data'] = this.shared.dataField;
    return fields;
  }

  private memberField(member: Member): Field {
    const type = valueTypeOf(member);
    return {
      type: this.typeOf(type),
      description: memberInput(member).description,
      extensions: outputExtensions({ kind: 'member', key: member.key, type }),
    };
  }

  private referenceIdField(member: Member): Field {
    const { ID } = this.shared.scalars;
    return {
      type: isList(member) ? new GraphQLList(ID) : ID,
      description: `What \`${member.key}\` holds: ${isList(member) ? 'ids of records' : 'the id of a record'}.`,
      extensions: outputExtensions({
        kind: 'referenceId',
        key: member.key,
        type: { kind: 'scalar', scalar: 'ID' },
        isList: isList(member),
      }),
    };
  }

  private typeOf(type: ValueType): GraphQLOutputType {
    switch (type.kind) {
      case 'scalar':
        return this.shared.scalars[type.values ? 'String' : type.scalar];
      case 'list':
        return new GraphQLList(this.typeOf(type.of));
      case 'object':
        return this.objectType(type);
      case 'union':
        return this.unionType(type);
    }
  }

  private objectType(object: ObjectType): GraphQLObjectType {
    const { name, description = 'An object in a record.' } = object;
    const type =
      this.objects.get(object) ?? new GraphQLObjectType({ name, description, fields: () => this.fieldsOf(object) });
    this.objects.set(object, type);
    return type;
  }

  private unionType(union: UnionType): GraphQLUnionType {
    const {
      name,
      discriminator,
      types,
      description = `An object of the type that its \`${discriminator}\` names.`,
    } = union;
    const type =
      this.unions.get(union) ??
      new GraphQLUnionType({
        name,
        description,
        types: () => [...new Set(types.values())].map((object) => this.objectType(object)),
      });
    this.unions.set(union, type);
    return type;
  }
}

function referenceField(member: Member, target: GraphQLObjectType): Field {
  const { key, description, reference = '' } = member;
  return {
    type: isList(member) ? new GraphQLList(target) : target,
    description: description ?? `What \`${key}\` refers to in \`${reference}\`.`,
    extensions: outputExtensions({ kind: 'reference', key, collection: reference, isList: isList(member) }),
  };
}

function isList({ type }: Member): boolean {
  return type.kind === 'list';
}
