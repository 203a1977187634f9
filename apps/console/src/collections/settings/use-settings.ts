import { useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';

import { useSession } from '../../session/session.js';
import { isBuilding } from '../index-states.js';
import { readSettings } from './verbatim-settings.js';
import type { StoredSettings } from './verbatim-settings.js';

/** Milliseconds after which the states of indexes are read again while one of them is being built. */
const REFRESH = 2_000;

/** Reads the settings of a collection. */
export function useSettings(name: string): UseQueryResult<StoredSettings> {
  const { key } = useSession();
  return useQuery({
    queryKey: ['collections', name, 'settings'],
    queryFn: ({ signal }) => readSettings(key, name, signal),
    refetchInterval: ({ state }) => (state.data && isBuilding(state.data.collection) ? REFRESH : false),
  });
}
