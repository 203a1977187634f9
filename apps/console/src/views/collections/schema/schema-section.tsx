import { Alert, Button, Code, Group, List, NativeSelect, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { useSession } from '../../../session/session.js';
import { jsonOf } from '../../../values/parse-json.js';
import { useSettingsDraft } from '../settings/settings-draft.js';
import { SettingsSection } from '../settings/settings-section.js';
import type { StoredSettings } from '../settings/verbatim-settings.js';
import { GraphqlNames } from './graphql-names.js';
import { NoSchema } from './no-schema.js';
import { SchemaForm } from './schema-form.js';
import { SchemaJson } from './schema-json.js';

type Mode = 'form' | 'json';

/** Edits the schema of a collection: the common parts in a form, and all of it as JSON. */
export function SchemaSection({ stored }: { stored: StoredSettings }): ReactNode {
  const { collection, schemaText } = stored;
  const draft = useSettingsDraft(collection.name, 'schema', { text: schemaText, enforce: collection.enforce });
  const { may } = useSession();
  const mayWrite = may('collections:write', collection.name);
  const { value, change } = draft;
  const { text, enforce } = value;
  const [mode, setMode] = useState<Mode>('form');
  const setText = (next: string | null): void => change({ ...value, text: next });
  return (
    <SettingsSection
      stored={stored}
      draft={draft}
      change={() => {
        if (text !== null && jsonOf(text) === undefined) return null;
        return { settings: { enforce }, ...(text !== schemaText && { schemaText: text }) };
      }}
    >
      {collection.warnings.length > 0 && (
        <Alert color="orange" title="Parts of the schema have no effect">
          <List size="sm">
            {collection.warnings.map(({ pointer, detail }) => (
              <List.Item key={pointer}>
                <Code>{pointer}</Code> {detail}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
      {text === null ? (
        <NoSchema collection={collection.name} onStart={setText} />
      ) : (
        <>
          {mayWrite && (
            <Group justify="space-between">
              <SegmentedControl<Mode>
                aria-label="Edit the schema as"
                data={[
                  { value: 'form', label: 'Form' },
                  { value: 'json', label: 'JSON' },
                ]}
                value={mode}
                onChange={setMode}
              />
              <Button size="xs" variant="subtle" color="red" onClick={() => setText(null)}>
                Remove the schema
              </Button>
            </Group>
          )}
          {mode === 'form' && mayWrite ? (
            <SchemaForm collection={collection.name} text={text} onChange={setText} />
          ) : (
            <SchemaJson text={text} onChange={setText} isReadOnly={!mayWrite} />
          )}
          <NativeSelect
            label="The schema applies to"
            data={[
              { value: 'all', label: 'all records: a change that stored records violate is refused' },
              { value: 'new', label: 'records that are written from now on' },
            ]}
            value={enforce}
            onChange={(event) => change({ ...value, enforce: event.currentTarget.value === 'new' ? 'new' : 'all' })}
            maw="40rem"
          />
          <GraphqlNames graphql={collection.graphql} />
        </>
      )}
    </SettingsSection>
  );
}
