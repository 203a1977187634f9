import { Group, NativeSelect, Switch, TagsInput, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import type { CollectionView } from '../../../api/types.js';
import { IndexStateBadge } from '../index-state-badge.js';
import { memberPaths } from './member-paths.js';
import { useSettingsDraft } from './settings-draft.js';
import { searchDeclaration } from './settings-of.js';
import { SettingsSection } from './settings-section.js';
import type { StoredSettings } from './verbatim-settings.js';

type Language = NonNullable<CollectionView['search']>['language'];

/** The languages of the API: the types of this object report one that is missing, and one that does not exist. */
const LANGUAGES: Readonly<Record<Language, true>> = {
  simple: true,
  arabic: true,
  armenian: true,
  basque: true,
  catalan: true,
  danish: true,
  dutch: true,
  english: true,
  finnish: true,
  french: true,
  german: true,
  greek: true,
  hindi: true,
  hungarian: true,
  indonesian: true,
  irish: true,
  italian: true,
  lithuanian: true,
  nepali: true,
  norwegian: true,
  portuguese: true,
  romanian: true,
  russian: true,
  serbian: true,
  spanish: true,
  swedish: true,
  tamil: true,
  turkish: true,
  yiddish: true,
};
const languages = Object.keys(LANGUAGES) as Language[]; // its keys

const LANGUAGE_TEXT =
  'Its endings are ignored, so that “films” finds “film”. With “simple”, words are compared as they are.';

/** Edits which members a text search reads. */
export function SearchSection({ stored }: { stored: StoredSettings }): ReactNode {
  const { collection } = stored;
  const draft = useSettingsDraft(collection.name, 'search', searchDeclaration(collection));
  const { value, change } = draft;
  return (
    <SettingsSection
      stored={stored}
      draft={draft}
      change={() => (value?.paths.length === 0 ? null : { settings: { search: value } })}
    >
      <Group>
        <Switch
          label="Records can be found by words"
          checked={value !== null}
          onChange={(event) =>
            change(
              event.currentTarget.checked ? (searchDeclaration(collection) ?? { paths: [], language: 'simple' }) : null,
            )
          }
        />
        {collection.search && <IndexStateBadge state={collection.search} />}
      </Group>
      {value && (
        <>
          <TagsInput
            label="Members to search"
            description="All text in them is searched, also in lists and objects. The first three weigh more."
            data={memberPaths(collection)}
            value={value.paths}
            onChange={(paths) => change({ ...value, paths })}
            error={value.paths.length === 0 ? 'Add at least one member.' : undefined}
            maw="40rem"
          />
          <NativeSelect
            label="Language"
            description={LANGUAGE_TEXT}
            data={languages}
            value={value.language}
            onChange={(event) => {
              const language = languages.find((one) => one === event.currentTarget.value);
              if (language) change({ ...value, language });
            }}
            maw="40rem"
          />
          <Text size="sm" c="dimmed">
            The index is built in the background.
          </Text>
        </>
      )}
    </SettingsSection>
  );
}
