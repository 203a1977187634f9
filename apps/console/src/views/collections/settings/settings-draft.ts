import { useEffect, useMemo } from 'react';

import { storedValue, useStoredValue } from '../../../edits/drafts/stored-value.js';
import { useSession } from '../../../session/session.js';
import { isEqual } from '../../../values/diff.js';

/** The settings that are edited and saved together. */
export type SectionName = 'schema' | 'indexes' | 'search' | 'storage' | 'general';

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

/** An edit of settings that was not saved yet. */
interface Edit {
  collection: string;
  section: SectionName;
  value: unknown;
  /** The settings as they were stored when the edit began. */
  base: unknown;
}

const NONE: readonly Edit[] = [];

/** The edits of each tenant. They are stored in the browser, so a reload loses none. */
const storedEdits = storedValue('settings', NONE);

/** Keeps an edit of a setting until it is saved or discarded. Callers that may not save it see the stored value. */
export function useSettingsDraft<Value>(collection: string, section: SectionName, stored: Value): SettingsDraft<Value> {
  const { may } = useSession();
  const [edits, change] = useStoredValue(storedEdits);
  const isOwn = (edit: Edit): boolean => edit.collection === collection && edit.section === section;
  const edit = may('collections:write', collection) ? edits.find(isOwn) : undefined;
  const isChanged = edit !== undefined && !isEqual(edit.value, stored);
  const discard = (): void => change((all) => all.filter((other) => !isOwn(other)));
  useEffect(() => {
    if (edit && !isChanged) discard(); // another user has saved the same
  });
  return {
    value: edit ? (edit.value as Value) : stored, // written below
    isChanged,
    isOutdated: edit !== undefined && !isEqual(edit.base, stored),
    change: (value) =>
      change((all) => {
        const { base } = all.find(isOwn) ?? { base: stored };
        const others = all.filter((other) => !isOwn(other));
        return isEqual(value, stored) ? others : [...others, { collection, section, value, base }];
      }),
    discard,
  };
}

/** Returns the sections of a collection that have edits, and a function that discards them. */
export function useSettingsEdits(collection: string): { edited: ReadonlySet<string>; discardAll(): void } {
  const [edits, change] = useStoredValue(storedEdits);
  return useMemo(
    () => ({
      edited: new Set(edits.filter((edit) => edit.collection === collection).map(({ section }) => section)),
      discardAll: () => change((all) => all.filter((edit) => edit.collection !== collection)),
    }),
    [edits, change, collection],
  );
}
