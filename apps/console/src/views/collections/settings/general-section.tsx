import { Switch, Textarea } from '@mantine/core';
import type { ReactNode } from 'react';

import { useSettingsDraft } from './settings-draft.js';
import { SettingsSection } from './settings-section.js';
import type { StoredSettings } from './verbatim-settings.js';

/** Edits the description, and whether changes need a version. */
export function GeneralSection({ stored }: { stored: StoredSettings }): ReactNode {
  const { name, description, requirePrecondition } = stored.collection;
  const draft = useSettingsDraft(name, 'general', { description: description ?? '', requirePrecondition });
  const { value, change } = draft;
  return (
    <SettingsSection
      stored={stored}
      draft={draft}
      change={() => ({
        settings: {
          description: value.description === '' ? null : value.description,
          requirePrecondition: value.requirePrecondition,
        },
      })}
    >
      <Textarea
        label="Description"
        maxLength={1_000}
        autosize
        minRows={2}
        maw="40rem"
        value={value.description}
        onChange={(event) => change({ ...value, description: event.currentTarget.value })}
      />
      <Switch
        label="Changes must name the version that they replace"
        description="Requests that change or delete a record without If-Match (expectedVersion) are refused."
        checked={value.requirePrecondition}
        onChange={(event) => change({ ...value, requirePrecondition: event.currentTarget.checked })}
      />
    </SettingsSection>
  );
}
