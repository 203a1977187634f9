import { GraphQLEnumType, GraphQLInputObjectType, GraphQLList, GraphQLNonNull } from 'graphql';
import type { GraphQLInputFieldConfig, GraphQLInputFieldConfigMap, GraphQLInputType } from 'graphql';

import type { EnumValues, Member, ObjectType, ScalarType, ValueType } from '@haven/record-types';

import { memberInput } from './member-input.js';
import type { SharedTypes } from './shared-types.js';

/** Creates the types of documents, which have the required members, and of merge patches, in which all are optional. */
export class DocumentTypes {
  private readonly documents = new Map<ObjectType, GraphQLInputObjectType>();
  private readonly patches = new Map<ObjectType, GraphQLInputObjectType>();
  private readonly enums = new Map<string, GraphQLEnumType>();

  constructor(private readonly shared: SharedTypes) {}

  document(object: ObjectType): GraphQLInputType {
    const name = `${object.name}Input`;
    const description = object.description ?? 'An object of a document.';
    return this.objectType(object, this.documents, { name, description }, (member) => {
      const type = this.memberType(member, (inner) => this.document(inner));
      return member.required ? new GraphQLNonNull(type) : type;
    });
  }

  patch(object: ObjectType): GraphQLInputType {
    const name = `${object.name}Patch`;
    const description = 'A merge patch: null removes a member, and an absent member stays as it is.';
    return this.objectType(object, this.patches, { name, description }, (member) =>
      this.memberType(member, (inner) => this.patch(inner)),
    );
  }

  private objectType(
    object: ObjectType,
    types: Map<ObjectType, GraphQLInputObjectType>,
    texts: { name: string; description: string },
    typeOf: (member: Member) => GraphQLInputFieldConfig['type'],
  ): GraphQLInputType {
    if (object.members.length === 0) return this.shared.scalars.JSONObject;
    const type =
      types.get(object) ??
      new GraphQLInputObjectType({
        ...texts,
        fields: () => {
          const fields: GraphQLInputFieldConfigMap = {};
          for (const member of object.members) fields[member.name] = { ...memberInput(member), type: typeOf(member) };
          return fields;
        },
      });
    types.set(object, type);
    return type;
  }

  private memberType(member: Member, objectType: (object: ObjectType) => GraphQLInputType): GraphQLInputType {
    const { type, reference } = member;
    if (type.kind === 'object') return objectType(type);
    if (reference === undefined) return this.valueType(type);
    const { ID } = this.shared.scalars;
    return type.kind === 'list' ? new GraphQLList(new GraphQLNonNull(ID)) : ID;
  }

  /** A patch replaces a list as a whole, so the items of lists are documents in any case. */
  private valueType(type: ValueType): GraphQLInputType {
    switch (type.kind) {
      case 'scalar':
        return this.scalarType(type);
      case 'list':
        return new GraphQLList(this.valueType(type.of));
      case 'object':
        return this.document(type);
      case 'union':
        return this.shared.scalars.JSON;
    }
  }

  private scalarType({ scalar, values }: ScalarType): GraphQLInputType {
    if (!values) return this.shared.scalars[scalar];
    const type = this.enums.get(values.name) ?? enumType(values);
    this.enums.set(values.name, type);
    return type;
  }
}

/** The values of an enum are the strings, so that graphql-js translates their names. */
function enumType({ name, values }: EnumValues): GraphQLEnumType {
  return new GraphQLEnumType({
    name,
    description: 'The strings that the schema allows.',
    values: Object.fromEntries([...values].map(([key, value]) => [key, { value, description: `\`${value}\`` }])),
  });
}
