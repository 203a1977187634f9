import { Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { HavenError } from 'haven-records';

import { useCollection } from '../../api/collections.js';
import { recordQuery } from '../../api/record-query.js';
import { useDrafts } from '../../edits/drafts/drafts.js';
import { MissingScope } from '../../session/missing-scope.js';
import { useSession } from '../../session/session.js';
import { QueryView } from '../../ui/feedback/query-view.js';
import { EraseButton } from './actions/erase-button.js';
import { DeletedRecord } from './deleted-record.js';
import { NewRecord } from './new-record.js';
import { RecordPage } from './record-page.js';

/** Shows a record, edits it, and shows its history. */
export default function RecordView({ collection: name, id }: { collection: string; id: string }): ReactNode {
  const { haven, may } = useSession();
  const mayRead = may('records:read', name);
  const collection = useCollection(name);
  // Another tab or person may have changed the record, which should be known before it is edited.
  const record = useQuery({ ...recordQuery(haven, name, id), enabled: mayRead, refetchOnWindowFocus: true });
  const draft = useDrafts().of(name, id);
  if (!mayRead)
    return (
      <MissingScope view="Record" title="You may not read this record" scopes={['records:read']} collection={name}>
        <Group justify="center" mt="md">
          <EraseButton name={name} id={id} current={null} />
        </Group>
      </MissingScope>
    );
  return (
    <QueryView query={collection}>
      {(settings) => {
        if (record.error instanceof HavenError && record.error.code === 'NOT_FOUND')
          return draft?.op === 'create' ? (
            <NewRecord collection={settings} draft={draft} />
          ) : (
            <DeletedRecord collection={settings} id={id} />
          );
        return <QueryView query={record}>{(data) => <RecordPage collection={settings} record={data} />}</QueryView>;
      }}
    </QueryView>
  );
}
