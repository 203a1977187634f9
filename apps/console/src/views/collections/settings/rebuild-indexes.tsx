import { Button, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { useSession } from '../../../session/session.js';
import { ProblemAlert } from '../../../ui/feedback/problem-alert.js';
import { declarationsOf } from './index-declaration.js';
import { changeSettings } from './verbatim-settings.js';
import type { StoredSettings } from './verbatim-settings.js';

/** Builds the indexes again that could not be built. */
export function RebuildIndexes({ stored }: { stored: StoredSettings }): ReactNode {
  const { collection } = stored;
  const { key, may } = useSession();
  const queries = useQueryClient();
  const rebuild = useMutation({
    mutationFn: () => changeSettings(key, collection, { settings: { indexes: declarationsOf(collection) } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['collections'] }),
  });
  const hasFailed = collection.indexes.some(({ state }) => state === 'failed');
  if (!hasFailed || !may('collections:write', collection.name)) return null;
  return (
    <Stack align="flex-start">
      <Button variant="default" loading={rebuild.isPending} onClick={() => rebuild.mutate()}>
        Build the failed indexes again
      </Button>
      {rebuild.error && <ProblemAlert error={rebuild.error} />}
    </Stack>
  );
}
