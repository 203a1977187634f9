import type { CollectionView } from '../../../api/types.js';
import { readDuration, writeDuration } from './duration.js';
import type { Duration } from './duration.js';
import type { SettingsChange } from './verbatim-settings.js';

/** The settings of history and cache as the form has them. */
export interface StorageDraft {
  /** Whether versions are deleted at all. */
  isPruned: boolean;
  hasCount: boolean;
  count: string;
  hasTime: boolean;
  time: Duration;
  isCached: boolean;
  maxAge: Duration;
}

const COUNT = /^[1-9]\d{0,8}$/;

export function storageDraft({ history, cache }: CollectionView): StorageDraft {
  return {
    isPruned: history !== null,
    hasCount: history === null || history.keep !== null,
    count: String(history?.keep ?? 10),
    hasTime: typeof history?.for === 'string',
    time: readDuration(history?.for ?? '90d'),
    isCached: cache !== null,
    maxAge: readDuration(cache?.maxAge ?? '2s'),
  };
}

/** Returns the settings to save; null if the form has an invalid value. */
export function storageChange(draft: StorageDraft): SettingsChange | null {
  const time = writeDuration(draft.time);
  const maxAge = writeDuration(draft.maxAge);
  const isInvalid =
    (draft.isCached && maxAge === null) ||
    (draft.isPruned &&
      ((!draft.hasCount && !draft.hasTime) ||
        (draft.hasCount && !COUNT.test(draft.count)) ||
        (draft.hasTime && time === null)));
  if (isInvalid) return null;
  return {
    settings: {
      history: draft.isPruned
        ? { keep: draft.hasCount ? Number(draft.count) : null, for: draft.hasTime ? time : null }
        : null,
      cache: draft.isCached && maxAge !== null ? { maxAge } : null,
    },
  };
}
