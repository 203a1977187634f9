import type { Change } from 'haven-records';

import type { RecordView } from '../../../api/types.js';

/** The changes of a list since it was read. */
export interface LiveMarks {
  /** Notes on records of the list that others have changed, by their ids. */
  notes: ReadonlyMap<string, string>;
  /** Ids of the records of others that match, or may match, and are not in the list. */
  added: ReadonlySet<string>;
  /** Newer versions of records in the list. */
  updated: ReadonlyMap<string, NonNullable<Change['record']>>;
}

/** Number of new records that are counted. Others may be importing millions. */
export const MOST_ADDED = 1_000;

export const noMarks: LiveMarks = { notes: new Map(), added: new Set(), updated: new Map() };

/** The list that is followed. */
interface FollowedList {
  /** Ids of the records in the list. */
  listed: ReadonlySet<string>;
  /** Whether the list has a search. The feed has none, so any record that changes may match then. */
  hasSearch: boolean;
  isOwn(change: Change): boolean;
}

/** Returns the marks after some changes. */
export function marksAfter(
  marks: LiveMarks,
  changes: readonly Change[],
  { listed, hasSearch, isOwn }: FollowedList,
): LiveMarks {
  const notes = new Map(marks.notes);
  const added = new Set(marks.added);
  const updated = new Map(marks.updated);
  for (const change of changes) {
    const { recordId, effect, record } = change;
    if (listed.has(recordId)) {
      if (record) updated.set(recordId, record);
      if (!isOwn(change)) notes.set(recordId, noteOn(change));
    } else if (effect === 'left') added.delete(recordId);
    else if ((effect === 'entered' || hasSearch) && !isOwn(change) && added.size < MOST_ADDED) added.add(recordId);
  }
  return { notes, added, updated };
}

/** Returns the records of a list in their newest versions. A record that was deleted stays in its row. */
export function updatedRecords(records: readonly RecordView[], { updated }: LiveMarks): readonly RecordView[] {
  if (updated.size === 0) return records;
  return records.map((record) => {
    const newer = updated.get(record.id);
    return newer && newer.version > record.version ? { ...record, ...newer } : record;
  });
}

function noteOn({ type, effect, actor }: Change): string {
  if (type === 'record.deleted') return `Deleted by ${actor}`;
  if (type === 'record.erased') return `Erased by ${actor}`;
  return effect === 'left' ? `No longer matches, changed by ${actor}` : `Changed by ${actor}`;
}
