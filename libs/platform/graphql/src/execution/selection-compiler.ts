import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  TypeNameMetaFieldDef,
} from 'graphql';
import type { FieldNode, GraphQLField, GraphQLLeafType, GraphQLObjectType, GraphQLOutputType } from 'graphql';

import { leafWriter, listWriter, nonNullWriter, objectWriter, scalarWriters } from './value-writers.js';
import type { FieldWriter, Writer } from './value-writers.js';
import { selectedFields } from './selected-fields.js';
import type { SelectionContext } from './selected-fields.js';

/**
 * Compiles selections to functions that write values as graphql-js would complete them. Returns undefined for a
 * selection that graphql-js has to complete: of an interface or union, or with a field that has a resolver of its own.
 */
export class SelectionCompiler {
  constructor(private readonly context: SelectionContext) {}

  compile(type: GraphQLOutputType, nodes: readonly FieldNode[]): Writer | undefined {
    if (isNonNullType(type)) return wrap(this.compile(type.ofType, nodes), nonNullWriter);
    if (isListType(type)) return wrap(this.compile(type.ofType, nodes), listWriter);
    if (isLeafType(type)) return writerOf(type);
    return isObjectType(type) && !type.isTypeOf ? this.object(type, nodes) : undefined;
  }

  private object(type: GraphQLObjectType, parents: readonly FieldNode[]): Writer | undefined {
    const fields: FieldWriter[] = [];
    for (const [name, nodes] of selectedFields(type, parents, this.context)) {
      const label = `${fields.length === 0 ? '{' : ','}${JSON.stringify(name)}:`;
      const field = this.field(type, nodes);
      if (!field) return undefined;
      fields.push({ label, ...field });
    }
    return objectWriter(fields);
  }

  private field(
    type: GraphQLObjectType,
    nodes: readonly [FieldNode, ...FieldNode[]],
  ): Pick<FieldWriter, 'read' | 'write'> | undefined {
    const name = nodes[0].name.value;
    if (name === TypeNameMetaFieldDef.name) return { read: () => type.name, write: scalarWriters.text };
    const definition = type.getFields()[name];
    const read = definition && reader(definition);
    const write = read && this.compile(definition.type, nodes);
    return write && { read, write };
  }
}

/**
 * Returns the function that reads a field of an object; undefined if the field has a resolver that may use more than
 * the object. Nest gives plain fields resolvers whose only parameter is the object; those of methods take any number.
 */
function reader({ name, resolve }: GraphQLField<unknown, unknown>): FieldWriter['read'] | undefined {
  if (!resolve) return (source) => source[name];
  return resolve.length === 1 ? (resolve as FieldWriter['read']) : undefined;
}

function writerOf(type: GraphQLLeafType): Writer {
  switch (type) {
    case GraphQLInt:
      return scalarWriters.integer;
    case GraphQLString:
    case GraphQLID:
      return scalarWriters.text;
    case GraphQLBoolean:
      return scalarWriters.boolean;
    case GraphQLFloat:
      return scalarWriters.float;
    default:
      return leafWriter(type);
  }
}

function wrap(writer: Writer | undefined, around: (writer: Writer) => Writer): Writer | undefined {
  return writer && around(writer);
}
