import { GraphQLBoolean, GraphQLNonNull } from 'graphql';
import type { GraphQLArgumentConfig } from 'graphql';

import type { RootField } from '../field-source.js';
import { keyArguments, keyField } from './key-arguments.js';
import { recordInputs } from './record-inputs.js';
import type { RootFieldParts, TypedRootField } from './typed-root-field.js';

/** Returns the fields of `Mutation` that change the records of a collection. */
export function rootMutations(parts: RootFieldParts): TypedRootField[] {
  return [createField(parts), replaceField(parts), updateField(parts), deleteField(parts), ...upsertFields(parts)];
}

function createField(parts: RootFieldParts): TypedRootField {
  const { collection, names } = parts.types;
  return {
    ...mutation(parts, { kind: 'root', operation: 'create', collection }),
    name: `create${names.type}`,
    description: `Creates a record of \`${collection}\`.`,
    args: { data: documentArgument(parts), ...parts.shared.generic.args('Mutation', 'createRecord', ['id', 'dryRun']) },
  };
}

function replaceField(parts: RootFieldParts): TypedRootField {
  const { collection, names } = parts.types;
  const { id, ...others } = parts.shared.generic.args('Mutation', 'replaceRecord', [
    'id',
    'expectedVersion',
    'ifAbsent',
    'dryRun',
  ]);
  return {
    ...mutation(parts, { kind: 'root', operation: 'replace', collection }),
    name: `replace${names.type}`,
    description: `Creates or replaces a record of \`${collection}\`.`,
    args: { ...(id && { id }), data: documentArgument(parts), ...others },
  };
}

function updateField(parts: RootFieldParts): TypedRootField {
  const { collection, names } = parts.types;
  const data = {
    type: new GraphQLNonNull(recordInputs(parts.shared, parts.types).patch),
    description: 'Merge patch of the document (RFC 7396); null removes a member.',
  };
  const { id, ...others } = parts.shared.generic.args('Mutation', 'patchRecord', ['id', 'expectedVersion', 'dryRun']);
  return {
    ...mutation(parts, { kind: 'root', operation: 'update', collection }),
    name: `update${names.type}`,
    description: `Changes some members of a record of \`${collection}\`.`,
    args: { ...(id && { id }), data, ...others },
  };
}

function deleteField(parts: RootFieldParts): TypedRootField {
  const { collection, names } = parts.types;
  return {
    ...mutation(parts, { kind: 'root', operation: 'delete', collection }),
    name: `delete${names.type}`,
    description: `Deletes a record of \`${collection}\`.`,
    type: GraphQLBoolean,
    args: parts.shared.generic.args('Mutation', 'deleteRecord', ['id', 'expectedVersion', 'dryRun']),
  };
}

function upsertFields(parts: RootFieldParts): TypedRootField[] {
  const { collection, names, keys } = parts.types;
  const others = parts.shared.generic.args('Mutation', 'upsertRecord', ['expectedVersion', 'ifAbsent', 'dryRun']);
  return keys.map((key) => ({
    ...mutation(parts, keyField('upsertBy', collection, key)),
    name: `upsert${names.type}By${key.suffix}`,
    description:
      `Replaces the record of \`${collection}\` that has a value of the unique index \`${key.index}\`, or creates ` +
      'one. The data may leave out the value, but must not have another one.',
    args: { ...keyArguments(key, parts.shared), data: documentArgument(parts), ...others },
  }));
}

/** Most mutations return the record. */
function mutation({ types, output }: RootFieldParts, field: RootField) {
  return { root: 'Mutation', type: output.record(types), field } as const;
}

function documentArgument({ types, shared }: RootFieldParts): GraphQLArgumentConfig {
  return {
    type: new GraphQLNonNull(recordInputs(shared, types).document),
    description: 'Document of the record.',
  };
}
