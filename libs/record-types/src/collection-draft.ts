import { createHash } from 'node:crypto';

import { linkSchema } from '@haven/json-schema';
import { EventLoopTurn, HavenError } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';

import { collectionNames } from './collection-names.js';
import { RecordTypeBuilder } from './record-type-builder.js';
import type { CollectionNames, CollectionSource, UntypedPart } from './tenant-types.js';
import { uniqueKeys } from './unique-keys.js';
import type { LocatedKey } from './unique-keys.js';
import type { ObjectType } from './value-type.js';

/** The types and names that follow from the settings of a collection alone, before they are compared with others. */
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

/**
 * Makes the drafts of collections, so that `deriveTypes` is fast. Other work of the process can run in between: a draft
 * takes about a millisecond, and a large one up to twenty.
 */
export async function prepareTypes(sources: Iterable<CollectionSource>): Promise<void> {
  const turn = new EventLoopTurn();
  for (const source of sources) {
    if (turn.isLong) await turn.pause();
    draftOf(source);
  }
}

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
  if (!record) notes.unshift({ pointer: '/schema', detail: noTypeReason(source) });
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

function noTypeReason({ schema, isOmitted }: CollectionSource): string {
  if (isOmitted) return 'The schemas of all collections are too long together, so the records have no type.';
  return schema
    ? 'The schema names no members in `properties`, so the records have no type.'
    : 'The collection has no schema, so its records have no type.';
}

function recordType(
  source: CollectionSource,
  schema: JsonObject,
  name: string,
  notes: UntypedPart[],
): ObjectType | null {
  try {
    const { root } = linkSchema(schema).tree;
    return new RecordTypeBuilder(name, source, notes, root).build(root);
  } catch (error) {
    // A schema can have been stored by a version that accepts more, or under higher limits.
    if (!(error instanceof HavenError || error instanceof RangeError)) throw error;
    notes.push({ pointer: '/schema', detail: 'This version of Haven does not accept the schema.' });
    return null;
  }
}

function settingsOf(source: CollectionSource): unknown[] {
  const { name, description, schema, uniqueIndexes, references, isSearchable, isOmitted } = source;
  return [name, description, schema, uniqueIndexes, references, isSearchable, isOmitted];
}
