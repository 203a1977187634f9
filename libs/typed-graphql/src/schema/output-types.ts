import { GraphQLObjectType } from 'graphql';

import type { Referrer, TypedCollection } from '@haven/record-types';

import { outputExtensions } from '../extensions.js';
import { changeType, connectionType } from './connection-types.js';
import { ObjectTypes } from './object-types.js';
import type { Fields } from './object-types.js';
import { pageArguments } from './page-arguments.js';
import type { SharedTypes } from './shared-types.js';

/** Creates the output types of collections. Only collections that the caller can read are linked to. */
export class OutputTypes {
  private readonly records = new Map<string, GraphQLObjectType>();
  private readonly connections = new Map<string, GraphQLObjectType>();
  private readonly objects: ObjectTypes;

  constructor(
    private readonly shared: SharedTypes,
    private readonly readable: ReadonlyMap<string, TypedCollection>,
  ) {
    this.objects = new ObjectTypes(shared, (name) => {
      const collection = readable.get(name);
      return collection && this.record(collection);
    });
  }

  record(collection: TypedCollection): GraphQLObjectType {
    const { record } = collection;
    const type =
      this.records.get(record.name) ??
      new GraphQLObjectType({
        name: record.name,
        description: record.description ?? `A record of the collection \`${collection.collection}\`.`,
        fields: () => {
          const fields = { ...this.shared.systemFields, ...this.objects.fieldsOf(record) };
          for (const referrer of collection.referrers) this.addReferrers(fields, referrer);
          return fields;
        },
      });
    this.records.set(record.name, type);
    return type;
  }

  connection(collection: TypedCollection): GraphQLObjectType {
    const { names, isSearchable } = collection;
    const source = { name: names.type, record: this.record(collection), isSearchable };
    const connection = this.connections.get(names.type) ?? connectionType(source, this.shared);
    this.connections.set(names.type, connection);
    return connection;
  }

  change(collection: TypedCollection): GraphQLObjectType {
    return changeType(collection.names.type, this.record(collection), this.shared);
  }

  /** Adds the way back from a record to those that refer to it. A member of the same name wins. */
  private addReferrers(fields: Fields, { names, collection, path, isList }: Referrer): void {
    const referring = this.readable.get(collection);
    if (!referring) return;
    const field = {
      type: this.connection(referring),
      description: `The records of \`${collection}\` whose \`${path.join('.')}\` names this record.`,
      args: pageArguments(referring, this.shared),
      extensions: outputExtensions({ kind: 'referrers', collection, path, isList }),
    };
    for (const name of names) if (!Object.hasOwn(fields, name)) fields[name] = field;
  }
}
