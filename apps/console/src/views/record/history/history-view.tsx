import { Button, Group, Stack, Text, Timeline } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { historyQuery, versionsPerPage } from '../../../api/record-history.js';
import type { RecordView } from '../../../api/types.js';
import { useSession } from '../../../session/session.js';
import { Loading } from '../../../ui/feedback/loading.js';
import { ProblemAlert } from '../../../ui/feedback/problem-alert.js';
import { VersionItem } from './version-item.js';

/** Shows the versions of a record, newest first: who changed it, when, and what. `current` is null after a deletion. */
export function HistoryView({
  name,
  id,
  current,
}: {
  name: string;
  id: string;
  current: RecordView | null;
}): ReactNode {
  const { haven } = useSession();
  const query = useInfiniteQuery(historyQuery(haven, name, id, versionsPerPage(current ?? undefined)));
  const alert = query.error && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return alert ?? <Loading />;
  const versions = query.data.pages.flatMap(({ items }) => items);
  return (
    <Stack>
      <Timeline active={-1} bulletSize={16} lineWidth={2} aria-label="Versions">
        {versions.map((version, index) => (
          <Timeline.Item key={version.version}>
            <VersionItem
              name={name}
              id={id}
              version={version}
              previous={versions[index + 1]}
              current={current}
              initially={index === 0 ? 'open' : 'closed'}
            />
          </Timeline.Item>
        ))}
      </Timeline>
      {alert}
      {query.hasNextPage ? (
        <Group>
          <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show older versions
          </Button>
        </Group>
      ) : (
        <Text size="sm" c="dimmed">
          {versions.at(-1)?.version === 1 ? 'The history is complete.' : 'Older versions are no longer kept.'}
        </Text>
      )}
    </Stack>
  );
}
