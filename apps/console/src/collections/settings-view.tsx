import { Anchor, Tabs } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useSearchParams } from 'wouter';

import { collectionPath } from '../labels/paths.js';
import { useSession } from '../session/session.js';
import { PageHeader } from '../ui/page-header.js';
import { QueryView } from '../ui/query-view.js';
import { Time } from '../ui/time.js';
import { SchemaSection } from './schema/schema-section.js';
import { DeletionSection } from './settings/deletion-section.js';
import { GeneralSection } from './settings/general-section.js';
import { IndexesSection } from './settings/indexes-section.js';
import { ReferencesSection } from './settings/references-section.js';
import { SearchSection } from './settings/search-section.js';
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
  const query = useSettings(name);
  const found = query.data?.collection;
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
        <Anchor component={Link} href={collectionPath(name)}>
          Records
        </Anchor>
      </PageHeader>
      <QueryView query={query}>{(stored) => <Sections stored={stored} />}</QueryView>
    </>
  );
}

/** The sections stay while another one is shown, so that no edit is lost. */
function Sections({ stored }: { stored: StoredSettings }): ReactNode {
  const { may } = useSession();
  const [search, setSearch] = useSearchParams();
  const sections = may('collections:write', stored.collection.name) ? [...SECTIONS, DELETION] : SECTIONS;
  const tab = sections.find(({ value }) => value === search.get('tab'))?.value ?? 'schema';
  return (
    <Tabs value={tab} onChange={(value) => setSearch({ tab: value ?? 'schema' }, { replace: true })}>
      <Tabs.List aria-label="Settings">
        {sections.map(({ value, label }) => (
          <Tabs.Tab key={value} value={value}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {sections.map(({ value, component: Component }) => (
        <Tabs.Panel key={value} value={value}>
          <Component stored={stored} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
