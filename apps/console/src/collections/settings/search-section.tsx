import { Group, NativeSelect, Switch, TagsInput, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import type { CollectionView } from '../../api/types.js';
import { StateBadge } from '../state-badge.js';
import { memberPaths } from './member-paths.js';
import { searchDeclaration } from './settings-of.js';
import { useSettingsDraft } from './settings-draft.js';
import { SettingsSection } from './settings-section.js';
import type { StoredSettings } from './verbatim-settings.js';

type Language = NonNullable<CollectionView['search']>['language'];

const LANGUAGES: readonly Language[] = [
  'simple',
  'arabic',
  'armenian',
  'basque',
  'catalan',
  'danish',
  'dutch',
  'english',
  'finnish',
  'french',
  'german',
  'greek',
  'hindi',
  'hungarian',
  'indonesian',
  'irish',
  'italian',
  'lithuanian',
  'nepali',
  'norwegian',
  'portuguese',
  'romanian',
  'russian',
  'serbian',
  'spanish',
  'swedish',
  'tamil',
  'turkish',
  'yiddish',
];

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
        {collection.search && <StateBadge state={collection.search} />}
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
            description="Its endings are ignored, so that “films” finds “film”. With “simple”, words are compared as they are."
            data={LANGUAGES.map((language) => ({ value: language, label: language }))}
            value={value.language}
            onChange={(event) => {
              const language = LANGUAGES.find((one) => one === event.currentTarget.value);
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
