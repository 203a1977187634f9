import { Anchor, Tabs, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useSearchParams } from 'wouter';

import { collectionPath } from '../../labels/paths.js';
import { SEES_COLLECTIONS } from '../../session/caller.js';
import { MissingScope } from '../../session/missing-scope.js';
import { useSession } from '../../session/session.js';
import { QueryView } from '../../ui/feedback/query-view.js';
import { PageHeader } from '../../ui/layout/page-header.js';
import { Time } from '../../ui/time/time.js';
import { SchemaSection } from './schema/schema-section.js';
import { DeletionSection } from './settings/deletion-section.js';
import { GeneralSection } from './settings/general-section.js';
import { IndexesSection } from './settings/indexes-section.js';
import { ReferencesSection } from './settings/references-section.js';
import { SearchSection } from './settings/search-section.js';
import { useSettingsEdits } from './settings/settings-draft.js';
import { StorageSection } from './settings/storage-section.js';
import { useSettings } from './settings/use-settings.js';
import type { StoredSettings } from './settings/verbatim-settings.js';

interface Section {
  value: string;
  label: string;
  component: (props: { stored: StoredSettings }) => ReactNode;
}

const SECTIONS: readonly Section[] = [
  { value: 'schema', label: 'Schema', component: SchemaSection },
  { value: 'indexes', label: 'Indexes', component: IndexesSection },
  { value: 'references', label: 'References', component: ReferencesSection },
  { value: 'search', label: 'Search', component: SearchSection },
  { value: 'storage', label: 'History and cache', component: StorageSection },
  { value: 'general', label: 'General', component: GeneralSection },
];
const DELETION: Section = { value: 'deletion', label: 'Deletion', component: DeletionSection };

/** The settings of a collection. */
export default function SettingsView({ collection: name }: { collection: string }): ReactNode {
  const { may, maySee } = useSession();
  const query = useSettings(name);
  const found = query.data?.collection;
  if (!maySee(name))
    return (
      <MissingScope
        view={`Settings of ${name}`}
        title="You may not see this collection"
        scopes={SEES_COLLECTIONS}
        collection={name}
      />
    );
  return (
    <>
      <PageHeader
        title={`Settings of ${name}`}
        text={
          found && (
            <>
              Revision {found.revision}, changed <Time at={found.updatedAt} />
            </>
          )
        }
      >
        {may('records:read', name) && (
          <Anchor component={Link} href={collectionPath(name)}>
            Records
          </Anchor>
        )}
      </PageHeader>
      <QueryView query={query}>{(stored) => <Sections stored={stored} />}</QueryView>
    </>
  );
}

/** The sections stay while another one is shown, so that no text is lost that is not a part of the edit yet. */
function Sections({ stored }: { stored: StoredSettings }): ReactNode {
  const { may } = useSession();
  const [search, setSearch] = useSearchParams();
  const { name } = stored.collection;
  const mayWrite = may('collections:write', name);
  const { edited } = useSettingsEdits(name);
  const sections = mayWrite ? [...SECTIONS, DELETION] : SECTIONS;
  const tab = sections.find(({ value }) => value === search.get('tab'))?.value ?? 'schema';
  return (
    <>
      {!mayWrite && <Text mb="sm">To change these settings, the key needs the scope collections:write.</Text>}
      <Tabs value={tab} onChange={(value) => setSearch({ tab: value ?? 'schema' }, { replace: true })}>
        <Tabs.List aria-label="Settings">
          {sections.map(({ value, label }) => (
            <Tabs.Tab key={value} value={value}>
              {mayWrite && edited.has(value) ? `${label} (not saved)` : label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {sections.map(({ value, component: Component }) => (
          <Tabs.Panel key={value} value={value}>
            <Component stored={stored} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}
