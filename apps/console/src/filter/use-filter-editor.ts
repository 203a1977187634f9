import { useEffect, useMemo, useRef, useState } from 'react';

import type { Data } from '../api/types.js';
import type { Column } from '../columns/columns.js';
import { isEqual } from '../values/diff.js';
import { readDocument } from '../values/document-text.js';
import { draftOf, readDraft, withCondition } from './filter-draft.js';
import type { FilterDraft } from './filter-draft.js';

/** A filter that the user edits as conditions or as JSON. */
export interface FilterEditor {
  /** The conditions; null while the filter is edited as JSON. */
  draft: FilterDraft | null;
  /** The text of the filter; undefined while it is edited as conditions. */
  json: string | undefined;
  /** Why the JSON is not valid; null if it is, or while the filter is edited as conditions. */
  problem: string | null;
  /** The filter as it is written; null if it is not valid. */
  current: Data | null;
  /** Whether the filter can be edited as conditions. */
  hasConditions: boolean;
  change(draft: FilterDraft): void;
  changeJson(json: string): void;
  switchTo(mode: 'conditions' | 'json'): void;
  /** Applies the filter, or marks the conditions that are not valid. */
  apply(): void;
  clear(): void;
}

/** Edits a filter until the user applies it. Another `filter`, such as after the Back button, replaces the edit. */
export function useFilterEditor(
  filter: Data,
  columns: readonly Column[],
  onApply: (filter: Data) => void,
): FilterEditor {
  const byPath = useMemo(() => new Map(columns.map((column) => [column.path, column])), [columns]);
  const [draft, setDraft] = useState<FilterDraft | null>(() => withCondition(draftOf(filter, byPath), columns));
  const [json, setJson] = useState<string | null>(draft ? null : JSON.stringify(filter, null, 2));
  const written = json === null ? null : readDocument(json.trim() === '' ? '{}' : json);
  const read = json === null && draft ? readDraft(draft, byPath) : null;
  const built = read && 'filter' in read ? read.filter : null;
  const current = written === null ? built : 'data' in written ? written.data : null;
  const fromJson = json !== null && current ? draftOf(current, byPath) : null;

  const applied = useRef(filter);
  useEffect(() => {
    if (isEqual(applied.current, filter)) return;
    applied.current = filter;
    const found = withCondition(draftOf(filter, byPath), columns);
    setDraft(found);
    setJson(found ? null : JSON.stringify(filter, null, 2));
  }, [filter, byPath, columns]);

  const apply = (next: Data): void => {
    applied.current = next;
    onApply(next);
  };
  return {
    draft: json === null ? draft : null,
    json: json ?? undefined,
    problem: written && 'problem' in written ? (written.isInexact ? written.problem : 'Enter a JSON object.') : null,
    current,
    hasConditions: json === null || fromJson !== null,
    change: setDraft,
    changeJson: setJson,
    switchTo: (mode) => {
      if (mode === 'json') setJson(JSON.stringify(current ?? filter, null, 2));
      else if (fromJson) {
        setDraft(withCondition(fromJson, columns));
        setJson(null);
      }
    },
    apply: () => {
      if (current) apply(current);
      else if (draft && read && 'conditions' in read) setDraft({ ...draft, conditions: read.conditions });
    },
    clear: () => {
      setDraft(withCondition({ match: 'all', conditions: [] }, columns));
      setJson(null);
      apply({});
    },
  };
}
