import { Anchor, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { historyQuery } from '../../api/record-history.js';
import type { RecordView } from '../../api/types.js';
import { useSession } from '../../session/session.js';
import { Time } from '../../ui/time/time.js';
import { isLarge } from '../../values/document-size.js';
import { useRecordState } from './record-state.js';

/** Says who changed a record last, and leads to its history. */
export function LastChange({ record }: { record: RecordView }): ReactNode {
  const { haven } = useSession();
  const [, setState] = useRecordState();
  const { data } = useInfiniteQuery({
    ...historyQuery(haven, record.collection, record.id),
    enabled: !isLarge(record.data),
  });
  const last = data?.pages[0]?.items[0];
  return (
    <Text size="sm" c="dimmed" mb="sm">
      Version {record.version}
      {last?.version === record.version && <>, by {last.actor}</>}, <Time at={record.updatedAt} />. Created{' '}
      <Time at={record.createdAt} />.{' '}
      <Anchor component="button" type="button" size="sm" onClick={() => setState({ tab: 'history' })}>
        Show the history
      </Anchor>
    </Text>
  );
}
