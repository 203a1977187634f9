import { Alert, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { HavenError } from 'haven-records';

import { recordQuery } from '../../api/record-query.js';
import type { CollectionView, RecordView } from '../../api/types.js';
import { DocumentEditor } from '../../form/document-editor.js';
import { useSession } from '../../session/session.js';
import { Empty } from '../../ui/feedback/empty.js';
import { QueryView } from '../../ui/feedback/query-view.js';
import { DiffView } from '../../ui/json/diff-view.js';
import { RestoreButton } from './actions/restore-button.js';

/** Shows a record as it was at an earlier time. */
export function PastRecord({
  collection,
  current,
  asOf,
}: {
  collection: CollectionView;
  current: RecordView;
  asOf: string;
}): ReactNode {
  const { haven } = useSession();
  const query = useQuery(recordQuery(haven, current.collection, current.id, asOf));
  if (query.error instanceof HavenError && query.error.code === 'NOT_FOUND')
    return <Empty title="The record did not exist at this time" />;
  return (
    <QueryView query={query}>
      {(past) => (
        <Stack>
          <Alert color="gray" title={`Version ${past.version}`}>
            {past.version === current.version ? (
              <Text size="sm">This is the newest version.</Text>
            ) : (
              <Stack gap="sm">
                <Text size="sm">
                  Since then, the record was changed from version {past.version} to {current.version}:
                </Text>
                <DiffView before={past.data} after={current.data} />
                <Group>
                  <RestoreButton name={current.collection} id={current.id} version={past} current={current} />
                </Group>
              </Stack>
            )}
          </Alert>
          <DocumentEditor schema={collection.schema} value={past.data} onChange={() => undefined} isReadOnly />
        </Stack>
      )}
    </QueryView>
  );
}
