import { useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';

import { useSession } from '../../../session/session.js';
import { isBuilding, REFRESH } from '../index-states.js';
import { readSettings } from './verbatim-settings.js';
import type { StoredSettings } from './verbatim-settings.js';

/** Returns the key of the query that reads the settings of a collection. */
export function settingsKey(name: string): readonly unknown[] {
  return ['collections', name, 'settings'];
}

/** Reads the settings of a collection, unless the caller may not see them. */
export function useSettings(name: string): UseQueryResult<StoredSettings> {
  const { key, maySee } = useSession();
  return useQuery({
    queryKey: settingsKey(name),
    enabled: maySee(name),
    queryFn: ({ signal }) => readSettings(key, name, signal),
    refetchInterval: ({ state }) => (state.data && isBuilding(state.data.collection) ? REFRESH : false),
  });
}
