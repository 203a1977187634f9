import { createHash } from 'node:crypto';

import { linkedSchema } from '@haven/json-schema';
import { HavenError } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';

import { collectionNames } from './collection-names.js';
import { RecordTypeBuilder } from './record-type-builder.js';
import type { CollectionNames, CollectionSource, UntypedPart } from './tenant-types.js';
import { uniqueKeys } from './unique-keys.js';
import type { LocatedKey } from './unique-keys.js';
import type { ObjectType } from './value-type.js';

/** What follows from the settings of a collection alone, before its names are compared with those of the others. */
export interface CollectionDraft {
  /** Equal for equal settings. */
  readonly digest: string;
  readonly names: CollectionNames;
  /** Null if the schema describes no type for the records. */
  readonly record: ObjectType | null;
  readonly keys: readonly LocatedKey[];
  readonly notes: readonly UntypedPart[];
}

const drafts = new WeakMap<CollectionSource, CollectionDraft>();

/** Returns the draft of a collection, which is made only once for each object with settings. */
export function draftOf(source: CollectionSource): CollectionDraft {
  const known = drafts.get(source);
  if (known) return known;
  const draft = makeDraft(source);
  drafts.set(source, draft);
  return draft;
}

function makeDraft(source: CollectionSource): CollectionDraft {
  const notes: UntypedPart[] = [];
  const names = collectionNames(source, notes);
  const record = source.schema && recordType(source, source.schema, names.type, notes);
  if (!record) notes.unshift({ pointer: '/schema', detail: source.schema ? NO_MEMBERS : NO_SCHEMA });
  return {
    digest: createHash('sha256')
      .update(JSON.stringify(settingsOf(source)))
      .digest('base64url'),
    names,
    record,
    keys: record ? uniqueKeys(source, record, notes) : [],
    notes: [...new Map(notes.map((note) => [`${note.pointer} ${note.detail}`, note])).values()],
  };
}

const NO_SCHEMA = 'The collection has no schema, so its records have no type.';
const NO_MEMBERS = 'The schema names no members in `properties`, so the records have no type.';

function recordType(
  source: CollectionSource,
  schema: JsonObject,
  name: string,
  notes: UntypedPart[],
): ObjectType | null {
  try {
    const root = linkedSchema(schema);
    return new RecordTypeBuilder(name, source, notes, root).build(root);
  } catch (error) {
    // A schema can have been stored by a version that accepts more, or under higher limits.
    if (!(error instanceof HavenError || error instanceof RangeError)) throw error;
    notes.push({ pointer: '/schema', detail: 'This version of Haven does not accept the schema.' });
    return null;
  }
}

function settingsOf({ name, description, schema, uniqueIndexes, references }: CollectionSource): unknown[] {
  return [name, description, schema, uniqueIndexes, references];
}
