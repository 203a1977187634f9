import { Alert, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { HavenError } from 'haven-records';

import { historyQuery } from '../../api/record-history.js';
import type { CollectionView } from '../../api/types.js';
import { useSession } from '../../session/session.js';
import { Empty } from '../../ui/feedback/empty.js';
import { Loading } from '../../ui/feedback/loading.js';
import { ProblemAlert } from '../../ui/feedback/problem-alert.js';
import { EraseButton } from './actions/erase-button.js';
import { HistoryView } from './history/history-view.js';
import { RecordHeader } from './record-header.js';

/** Shows the history of a record that was deleted, from which it can be restored. */
export function DeletedRecord({ collection, id }: { collection: CollectionView; id: string }): ReactNode {
  const { haven } = useSession();
  const { name } = collection;
  const { data, error, refetch } = useInfiniteQuery(historyQuery(haven, name, id));
  if (error instanceof HavenError && error.code === 'NOT_FOUND')
    return (
      <>
        <RecordHeader collection={name} id={id} data={undefined} />
        <Empty title="There is no such record">No record of {name} has or had this id.</Empty>
      </>
    );
  if (!data) return error ? <ProblemAlert error={error} onRetry={() => void refetch()} /> : <Loading />;
  const versions = data.pages.flatMap(({ items }) => items);
  const last = versions.find((version) => version.data !== null);
  const isErased = versions[0]?.type === 'record.erased';
  return (
    <>
      <RecordHeader collection={name} id={id} data={last?.data ?? undefined}>
        {!isErased && <EraseButton name={name} id={id} current={null} />}
      </RecordHeader>
      <Alert color="red" title={isErased ? 'This record was erased' : 'This record was deleted'} mb="md">
        <Text size="sm">
          {isErased
            ? 'Its data is gone. Who changed it and when is still known.'
            : 'Its history is kept. Restore the version that you need.'}
        </Text>
      </Alert>
      <HistoryView name={name} id={id} current={null} />
    </>
  );
}
