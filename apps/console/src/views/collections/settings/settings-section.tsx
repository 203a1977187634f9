import { Alert, Button, Fieldset, Group, Modal, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';

import { useSession } from '../../../session/session.js';
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
  const saved = (): void => {
    close();
    discard();
  };
  return (
    <Stack py="md">
      <Fieldset variant="unstyled" disabled={!mayWrite}>
        <Stack>{children}</Stack>
      </Fieldset>
      {isChanged && isOutdated && <Outdated />}
      {mayWrite && (
        <Group>
          {/* It stays an element that can have the focus, which returns to it after the review. */}
          <Button
            data-disabled={changed === null || undefined}
            aria-disabled={changed === null}
            onClick={() => changed && open()}
          >
            Review and save
          </Button>
          {isChanged && (
            <Button variant="default" onClick={discard}>
              Discard changes
            </Button>
          )}
        </Group>
      )}
      <Modal opened={isReviewed && changed !== null} onClose={close} title="Review the changes" size="min(56rem, 95vw)">
        <Stack>
          {isOutdated && <Outdated />}
          {changed && <ChangeReview stored={stored} change={changed} onSaved={saved} onClose={close} />}
        </Stack>
      </Modal>
    </Stack>
  );
}

function Outdated(): ReactNode {
  return (
    <Alert color="orange" title="This setting has changed since you read it">
      If you save, your values replace theirs. To see theirs, discard your changes.
    </Alert>
  );
}
