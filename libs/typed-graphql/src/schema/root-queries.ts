import { keyArguments, keyField } from './key-arguments.js';
import { pageArguments } from './page-arguments.js';
import { recordInputs } from './record-inputs.js';
import type { RootFieldParts, TypedRootField } from './typed-root-field.js';

/** Returns the fields of `Query` that read the records of a collection: `movie`, `movieBy…`, `movies`. */
export function rootQueries(parts: RootFieldParts): TypedRootField[] {
  return [getField(parts), ...getByFields(parts), listField(parts)];
}

/** Returns the field of `Subscription` that follows a collection: `movieChanges`. */
export function rootSubscription({ types, output, shared }: RootFieldParts): TypedRootField {
  const { collection, names, record } = types;
  const where = {
    type: recordInputs(shared, record).where,
    description: 'Only changes of records that meet these conditions, or did before the change.',
  };
  return {
    root: 'Subscription',
    name: `${names.one}Changes`,
    description: `Changes of records of \`${collection}\` as they happen; the first event is \`ready\`.`,
    type: output.change(types),
    args: { where, ...shared.generic.args('Subscription', 'changes', ['after']) },
    field: { kind: 'root', operation: 'changes', collection },
  };
}

function getField({ types, output, shared }: RootFieldParts): TypedRootField {
  const { collection, names } = types;
  return {
    root: 'Query',
    name: names.one,
    description: `Returns a record of \`${collection}\`.`,
    type: output.record(types),
    args: shared.generic.args('Query', 'record', ['id', 'asOf']),
    field: { kind: 'root', operation: 'get', collection },
  };
}

function getByFields({ types, output, shared }: RootFieldParts): TypedRootField[] {
  const { collection, names, keys } = types;
  return keys.map((key) => ({
    root: 'Query',
    name: `${names.one}By${key.suffix}`,
    description: `Returns the record of \`${collection}\` that has a value of the unique index \`${key.index}\`.`,
    type: output.record(types),
    args: keyArguments(key, shared),
    field: keyField('getBy', collection, key),
  }));
}

function listField({ types, output, shared }: RootFieldParts): TypedRootField {
  const { collection, names } = types;
  return {
    root: 'Query',
    name: names.many,
    description: `Lists records of \`${collection}\`, newest first by default.`,
    type: output.connection(types),
    args: { ...pageArguments(types, shared), ...shared.generic.args('Query', 'records', ['asOf']) },
    field: { kind: 'root', operation: 'list', collection },
  };
}
