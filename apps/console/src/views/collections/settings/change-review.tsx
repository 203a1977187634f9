import { Button, Checkbox, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';

import type { CollectionView } from '../../../api/types.js';
import { useSession } from '../../../session/session.js';
import { Loading } from '../../../ui/feedback/loading.js';
import { notify } from '../../../ui/feedback/notify.js';
import { ProblemAlert } from '../../../ui/feedback/problem-alert.js';
import { DiffView } from '../../../ui/json/diff-view.js';
import { ChangeEffects } from './change-effects.js';
import { settingsOf } from './settings-of.js';
import { settingsKey } from './use-settings.js';
import { changeSettings } from './verbatim-settings.js';
import type { SettingsChange, StoredSettings } from './verbatim-settings.js';

interface ChangeReviewProps {
  stored: StoredSettings;
  change: SettingsChange;
  onSaved(): void;
  onClose(): void;
}

/** Shows the effects of a change of settings, as a dry run finds them, and saves it. */
export function ChangeReview({ stored, change, onSaved, onClose }: ChangeReviewProps): ReactNode {
  const { key } = useSession();
  const { name } = stored.collection;
  const queries = useQueryClient();
  // The states of indexes are read again and again, so the collection is kept as it was when the review began.
  const [before, setBefore] = useState(stored.collection);
  const [keepsRecords, setKeepsRecords] = useState(false);
  const trial = useQuery({
    queryKey: ['settings-trial', name, before.revision, change],
    queryFn: ({ signal }) => changeSettings(key, before, change, { dryRun: true, signal }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const refused = trial.error;
  useEffect(() => {
    // The collection may have another revision, or be gone.
    if (refused) void queries.invalidateQueries({ queryKey: ['collections'] });
  }, [refused, queries]);
  const retry = useMutation({
    mutationFn: async () => {
      // Other users may have saved settings since the review began.
      await queries.refetchQueries({ queryKey: settingsKey(name) });
      const newest = queries.getQueryData<StoredSettings>(settingsKey(name))?.collection ?? before;
      if (newest.revision === before.revision) await trial.refetch();
      else setBefore(newest);
      saving.reset();
    },
  });
  const saving = useMutation({
    mutationFn: () => {
      const settings = { ...change.settings, ...(keepsRecords && { enforce: 'new' as const }) };
      return changeSettings(key, before, { ...change, settings });
    },
    onSuccess: async () => {
      await Promise.all([
        queries.invalidateQueries({ queryKey: ['collections'] }),
        queries.invalidateQueries({ queryKey: ['records', name] }),
      ]);
      notify('The settings are saved.');
      onSaved();
    },
    onError: () => queries.invalidateQueries({ queryKey: ['collections'] }),
  });
  const found = trial.data;
  const breaks = found !== undefined && brokenBy(found);
  const isRefused = found !== undefined && found.enforce === 'all' && breaks && !keepsRecords;
  const isSavable = found !== undefined && (found.duplicates ?? []).length === 0 && !isRefused;
  return (
    <Stack>
      {trial.isFetching && <Loading what="Checking the stored records…" />}
      {trial.error && <ProblemAlert error={trial.error} onRetry={retry.mutate} />}
      {found && (
        <>
          <ChangeEffects before={before} found={found} />
          {found.enforce === 'all' && breaks && (
            <Checkbox
              label="Keep these records as they are"
              description="The schema then applies only to records that are written from now on."
              checked={keepsRecords}
              onChange={(event) => setKeepsRecords(event.currentTarget.checked)}
            />
          )}
          <Title order={3} size="h5">
            Changes
          </Title>
          <DiffView before={settingsOf(before)} after={settingsOf(found)} />
        </>
      )}
      {saving.error && <ProblemAlert error={saving.error} onRetry={retry.mutate} />}
      <Group justify="flex-end">
        {isRefused && <Text size="sm">Correct the records first, or keep them as they are.</Text>}
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button onClick={() => saving.mutate()} disabled={!isSavable || retry.isPending} loading={saving.isPending}>
          Save
        </Button>
      </Group>
    </Stack>
  );
}

/** Whether stored records violate the schema that was tried. */
function brokenBy({ breaking, dangling = [] }: CollectionView): boolean {
  return (breaking?.count ?? 0) > 0 || dangling.length > 0;
}
