import { Alert, Button, Fieldset, Group, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';

import { useSession } from '../../session/session.js';
import { ChangeReview } from './change-review.js';
import type { SettingsDraft } from './settings-draft.js';
import type { SettingsChange, StoredSettings } from './verbatim-settings.js';

interface SettingsSectionProps {
  stored: StoredSettings;
  draft: SettingsDraft<unknown>;
  /** Returns the change to save; null while the draft is not valid. */
  change: () => SettingsChange | null;
  children: ReactNode;
}

/** Some settings that are edited together, and saved after a dry run. */
export function SettingsSection({ stored, draft, change, children }: SettingsSectionProps): ReactNode {
  const { may } = useSession();
  const [isReviewed, { open, close }] = useDisclosure();
  const { isChanged, isOutdated, discard } = draft;
  const mayWrite = may('collections:write', stored.collection.name);
  const changed = isChanged ? change() : null;
  return (
    <Stack py="md">
      <Fieldset variant="unstyled" disabled={!mayWrite}>
        <Stack>{children}</Stack>
      </Fieldset>
      {isChanged && isOutdated && (
        <Alert color="orange" title="Someone else has changed this">
          If you save, your values replace theirs. To see theirs, discard your changes.
        </Alert>
      )}
      {mayWrite && (
        <Group>
          <Button onClick={open} disabled={changed === null}>
            Review and save
          </Button>
          {isChanged && (
            <Button variant="default" onClick={discard}>
              Discard changes
            </Button>
          )}
        </Group>
      )}
      {isReviewed && changed && <ChangeReview stored={stored} change={changed} onSaved={discard} onClose={close} />}
    </Stack>
  );
}
