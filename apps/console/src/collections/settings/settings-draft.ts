import { useState } from 'react';

import { isEqual } from '../../ui/diff.js';

/** A setting that is being edited. */
export interface SettingsDraft<Value> {
  /** The value as edited, or as stored if it was not edited. */
  value: Value;
  isChanged: boolean;
  /** Whether the setting has changed on the server since the edit began. */
  isOutdated: boolean;
  change(value: Value): void;
  discard(): void;
}

/** Keeps an edit of a setting until it is saved or discarded. */
export function useSettingsDraft<Value>(stored: Value): SettingsDraft<Value> {
  const [draft, setDraft] = useState<{ value: Value; base: Value } | null>(null);
  return {
    value: draft === null ? stored : draft.value,
    isChanged: draft !== null && !isEqual(draft.value, stored),
    isOutdated: draft !== null && !isEqual(draft.base, stored),
    change: (value) => setDraft({ value, base: draft?.base ?? stored }),
    discard: () => setDraft(null),
  };
}
