import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { useSession } from '../../session/session.js';
import { ConfirmDialog } from '../../ui/dialogs/confirm-dialog.js';
import { ProblemAlert } from '../../ui/feedback/problem-alert.js';
import { countOf } from '../../values/numbers.js';
import { storedAttempt } from '../batch/attempt.js';
import { effectsOf, usePrediction } from '../batch/dry-run.js';
import { useSubmit } from '../batch/use-submit.js';
import type { Draft } from '../drafts/draft.js';
import { useDrafts } from '../drafts/drafts.js';
import { useStoredValue } from '../drafts/stored-value.js';
import { DraftList } from './draft-list.js';
import { DryRunAlert } from './dry-run-alert.js';
import { EffectsView } from './effects-view.js';
import { UnknownResult } from './unknown-result.js';

/** The drafts, what the dry run says about them, and the buttons that apply or discard them. */
export function ReviewContent({ drafts, onClose }: { drafts: readonly Draft[]; onClose(): void }): ReactNode {
  const { clear } = useDrafts();
  const { may } = useSession();
  const query = usePrediction(drafts);
  const submit = useSubmit(onClose);
  const [attempt] = useStoredValue(storedAttempt);
  const [isDiscarding, setDiscarding] = useState(false);
  const prediction = query.data;
  const mayApply = drafts.every(({ collection }) => may('records:write', collection));
  const apply = (): void => {
    if (prediction) submit.mutate(prediction);
  };
  if (attempt && !submit.isPending) return <UnknownResult attempt={attempt} />;
  return (
    <Stack>
      {query.error ? (
        <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        mayApply && <DryRunAlert prediction={prediction} />
      )}
      {submit.error && <ProblemAlert error={submit.error} onRetry={apply} />}
      {submit.data === 'other effects' && (
        <Alert color="orange" title="The effects have changed" role="alert">
          Other users have changed which records refer to those that you delete. Check the effects again.
        </Alert>
      )}
      {prediction?.response && <EffectsView effects={effectsOf(prediction)} />}
      <DraftList drafts={drafts} prediction={prediction} />
      <Group
        justify="space-between"
        pos="sticky"
        bottom={0}
        py="sm"
        bg="var(--mantine-color-body)"
        style={{ zIndex: 1 }}
      >
        <Button variant="default" onClick={() => setDiscarding(true)}>
          Discard all
        </Button>
        {mayApply ? (
          <Button disabled={prediction?.failures.size !== 0} loading={submit.isPending} onClick={apply}>
            Apply {countOf(drafts.length, 'change')}
          </Button>
        ) : (
          <Text size="sm">Your key may not change these records.</Text>
        )}
      </Group>
      <ConfirmDialog
        title="Discard all changes"
        action="Discard"
        isOpen={isDiscarding}
        onConfirm={() => {
          setDiscarding(false);
          clear();
        }}
        onClose={() => setDiscarding(false)}
      >
        <Text size="sm">
          {countOf(drafts.length, 'queued change')} will be discarded. The records stay as they are.
        </Text>
      </ConfirmDialog>
    </Stack>
  );
}
