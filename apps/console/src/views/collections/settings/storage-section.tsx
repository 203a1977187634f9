import { Checkbox, Stack, Switch, Text, TextInput, Title } from '@mantine/core';
import type { ReactNode } from 'react';

import { DurationField } from './duration-field.js';
import { useSettingsDraft } from './settings-draft.js';
import { SettingsSection } from './settings-section.js';
import { storageChange, storageDraft } from './storage-draft.js';
import type { StoredSettings } from './verbatim-settings.js';

const LONG_UNITS = [
  { value: 'd', label: 'days' },
  { value: 'h', label: 'hours' },
  { value: 'm', label: 'minutes' },
];
const SHORT_UNITS = [
  { value: 'ms', label: 'milliseconds' },
  { value: 's', label: 'seconds' },
  { value: 'm', label: 'minutes' },
  { value: 'h', label: 'hours' },
];

/** Edits which versions are kept, and how records are cached. */
export function StorageSection({ stored }: { stored: StoredSettings }): ReactNode {
  const draft = useSettingsDraft(stored.collection.name, 'storage', storageDraft(stored.collection));
  const { value, change } = draft;
  return (
    <SettingsSection stored={stored} draft={draft} change={() => storageChange(value)}>
      <Title order={2} size="h4">
        History
      </Title>
      <Switch
        label="Delete old versions of records"
        description="Otherwise all versions are kept. The newest version of a record is never deleted."
        checked={value.isPruned}
        onChange={(event) => change({ ...value, isPruned: event.currentTarget.checked })}
      />
      {value.isPruned && (
        <Stack pl="md">
          <Checkbox
            label="Keep a number of versions"
            checked={value.hasCount}
            onChange={(event) => change({ ...value, hasCount: event.currentTarget.checked })}
          />
          {value.hasCount && (
            <TextInput
              label="Versions to keep"
              inputMode="numeric"
              maw="12rem"
              value={value.count}
              onChange={(event) => change({ ...value, count: event.currentTarget.value.trim() })}
              error={/^[1-9]\d{0,8}$/.test(value.count) ? undefined : 'A whole number above 0'}
            />
          )}
          <Checkbox
            label="Keep versions for a time"
            checked={value.hasTime}
            onChange={(event) => change({ ...value, hasTime: event.currentTarget.checked })}
          />
          {value.hasTime && (
            <DurationField
              label="Time to keep"
              description="Counted from when a newer version replaced it."
              units={LONG_UNITS}
              value={value.time}
              onChange={(time) => change({ ...value, time })}
            />
          )}
          <Text size="sm" role="status">
            {value.hasCount || value.hasTime
              ? 'A version is deleted once it exceeds each of these limits.'
              : 'Choose at least one of the two.'}
          </Text>
        </Stack>
      )}
      <Title order={2} size="h4">
        Cache
      </Title>
      <Switch
        label="Serve single records from a cache"
        description="Reads by id can then return a copy that is a little older than the database."
        checked={value.isCached}
        onChange={(event) => change({ ...value, isCached: event.currentTarget.checked })}
      />
      {value.isCached && (
        <DurationField
          label="Maximum age of a copy"
          description="At most one hour."
          units={SHORT_UNITS}
          value={value.maxAge}
          onChange={(maxAge) => change({ ...value, maxAge })}
        />
      )}
    </SettingsSection>
  );
}
