import type { HavenConfig } from '@haven/config';
import {
  HavenError,
  invalid,
  isJsonObject,
  limitExceeded,
  pointerTo,
  Precondition,
  withPointerPrefix,
} from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import type { ChangeFailures } from './change-failures.js';
import { creation, deletion, merging, patching, replacement, restoration } from './record-changes.js';
import type { Change, Decision } from './record-changes.js';
import { newRecordId, recordId } from './record-id.js';
import { document, patchLimits, refuseForeignPaths, versionNumber } from './record-input.js';

/** A parsed operation of a batch: a change with an optional label. */
export interface LabelledChange extends Change {
  label: string | null;
}

/** Members that every kind of operation allows. */
const EVERY = ['op', 'collection', 'id', 'label'];

/** Additional members that each kind of operation allows. */
const MEMBERS = new Map<unknown, readonly string[]>([
  ['create', ['data', 'ifNoneMatch']],
  ['replace', ['data', 'expectedVersion', 'ifNoneMatch']],
  ['patch', ['data', 'expectedVersion']],
  ['jsonPatch', ['operations', 'expectedVersion']],
  ['delete', ['expectedVersion']],
  ['restore', ['version', 'expectedVersion']],
]);

const LABEL_LENGTH = 100;

/**
 * Parses the operations of one batch. The parser is written by hand because a batch can have thousands of operations.
 * It throws `VALIDATION_FAILED` for the first malformed operation, with a pointer into it, before any change is made.
 */
export class BatchReader {
  private readonly labels = new Map<string, string>();

  constructor(private readonly config: HavenConfig) {}

  /** Parses all operations. `rewrite` turns the error of one operation into the error of the whole batch. */
  read(
    operations: JsonValue,
    rewrite: (index: number, error: HavenError) => HavenError,
    failures: ChangeFailures,
  ): LabelledChange[] {
    const { batchOperations: limit } = this.config.limits;
    if (!Array.isArray(operations)) throw invalid('VALIDATION_FAILED', '/operations', 'Must be an array of operations');
    if (operations.length > limit) throw limitExceeded('limits.batchOperations', limit, '/operations');
    const changes = operations.flatMap((operation, index) => {
      try {
        return [this.operation(operation)];
      } catch (error) {
        if (!(error instanceof HavenError)) throw error;
        failures.add(rewrite(index, error));
        return [];
      }
    });
    failures.throwAll();
    return changes;
  }

  private operation(value: JsonValue): LabelledChange {
    const operation = membersOf(value);
    const { op, collection } = operation;
    if (typeof collection !== 'string') throw invalidOperation('/collection', 'Must be the name of a collection');
    const id = this.id(op, operation['id']);
    const decide = this.decision(operation, id);
    const earlier = op === 'restore' ? versionNumber(operation['version']) : undefined;
    return { collection, id, decide, deletes: op === 'delete', earlier, label: this.label(operation['label'], id) };
  }

  private decision(operation: JsonObject, id: string): Decision {
    const { op, data, operations = null } = operation;
    const precondition = preconditionOf(operation);
    switch (op) {
      case 'create':
        return creation(id, document(data), precondition);
      case 'replace':
        return replacement(id, document(data), precondition);
      case 'patch': {
        const patch = document(data);
        return merging(id, () => patch, precondition);
      }
      case 'jsonPatch':
        withPointerPrefix('/operations', () => refuseForeignPaths(operations));
        return patching(id, operations, patchLimits(this.config), precondition, '/operations');
      case 'delete':
        return deletion(id, precondition);
      default:
        return restoration(id, precondition);
    }
  }

  private id(op: JsonValue | undefined, id: JsonValue | undefined): string {
    if (isJsonObject(id)) return this.reference(id);
    if (op === 'create') return newRecordId(id);
    if (typeof id !== 'string') throw invalidOperation('/id', 'Must be a UUID or {"$ref": label}');
    return recordId(id);
  }

  /**
   * Returns the id to which a reference points. Labels are registered in the order of the operations, so an operation
   * can refer only to earlier ones.
   */
  private reference(reference: JsonObject): string {
    const { $ref: label, ...others } = reference;
    if (typeof label !== 'string' || Object.keys(others).length > 0) {
      throw invalidOperation('/id', 'Must be a UUID or {"$ref": label}');
    }
    const id = this.labels.get(label);
    if (id === undefined)
      throw invalidOperation('/id/$ref', `Must be the label of an earlier operation; got ${JSON.stringify(label)}`);
    return id;
  }

  private label(label: JsonValue | undefined, id: string): string | null {
    if (label === undefined) return null;
    if (typeof label !== 'string' || label === '' || label.length > LABEL_LENGTH) {
      throw invalidOperation('/label', `Must be a string of 1 to ${LABEL_LENGTH} characters`);
    }
    if (this.labels.has(label))
      throw invalidOperation('/label', 'Is already the label of an earlier operation; labels must be unique');
    this.labels.set(label, id);
    return label;
  }
}

/** Returns the members of an operation, without those that are null: GraphQL clients send null for absent members. */
function membersOf(value: JsonValue): JsonObject {
  if (!isJsonObject(value)) throw invalidOperation('', 'Must be an object');
  const { op } = value;
  const members = MEMBERS.get(op);
  if (!members) throw invalidOperation('/op', `Must be one of ${[...MEMBERS.keys()].join(', ')}`);
  const given = Object.entries(value).filter(([, member]) => member !== null);
  const foreign = given.find(([name]) => !EVERY.includes(name) && !members.includes(name));
  if (foreign) {
    const taken = [...EVERY, ...members].join(', ');
    throw invalidOperation(pointerTo('', foreign[0]), `Is not a member of this operation; the members are: ${taken}`);
  }
  return Object.fromEntries(given);
}

function preconditionOf({ expectedVersion, ifNoneMatch }: JsonObject): Precondition {
  if (expectedVersion !== undefined && !Number.isInteger(expectedVersion)) {
    throw invalidOperation('/expectedVersion', 'Must be an integer');
  }
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') throw invalidOperation('/ifNoneMatch', 'Must be "*"');
  return Precondition.of(expectedVersion as number | undefined, ifNoneMatch === '*'); // checked above to be an integer
}

function invalidOperation(pointer: string, detail: string): HavenError {
  return invalid('VALIDATION_FAILED', pointer, detail);
}
