import type { RecordView } from '../../../api/types.js';
import { recordLabel } from '../../../labels/record-label.js';
import { isObject } from '../../../values/diff.js';

/** A record to which a reference leads. */
export interface Target {
  collection: string;
  id: string;
  /** Text by which people recognize the record. */
  label: string;
}

/** Returns the targets of a reference. A record that was not read is shown by its id. */
export function targetsOf(value: unknown, collection: string, expanded: unknown): Target[] {
  const ids = [value].flat().filter((id) => typeof id === 'string');
  const records = new Map(
    [expanded]
      .flat()
      .filter(isRecord)
      .map((record) => [record.id, record]),
  );
  return ids.map((id) => {
    const record = records.get(id);
    return { collection, id, label: (record && recordLabel(record.data)) ?? id };
  });
}

function isRecord(value: unknown): value is Pick<RecordView, 'id' | 'data'> {
  return isObject(value) && typeof value.id === 'string' && isObject(value.data);
}
