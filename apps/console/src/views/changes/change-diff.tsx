import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { HavenError } from 'haven-records';

import { versionQuery } from '../../api/record-history.js';
import { useSession } from '../../session/session.js';
import { Loading } from '../../ui/feedback/loading.js';
import { ProblemAlert } from '../../ui/feedback/problem-alert.js';
import { DiffView } from '../../ui/json/diff-view.js';
import { JsonText } from '../../ui/json/json-text.js';
import type { FeedItem } from './feed.js';

interface ChangeDiffProps {
  item: FeedItem;
  previous: FeedItem | undefined;
  /** Nothing is read before the change is visible. */
  isVisible: boolean;
}

/** Shows the differences that a change has made. Documents that the list does not have are read from the history. */
export function ChangeDiff({ item, previous, isVisible }: ChangeDiffProps): ReactNode {
  const { haven, may } = useSession();
  const { collection, recordId, version, type } = item;
  const canRead = may('records:read', collection);
  const isFirst = type === 'record.created';
  const isErased = type === 'record.erased' || (item.data === null && type !== 'record.deleted');
  const knownBefore = isFirst ? null : previous?.data;
  const canLoad = isVisible && canRead && !isErased;
  const before = useQuery({
    ...versionQuery(haven, collection, recordId, version - 1),
    enabled: canLoad && knownBefore === undefined,
  });
  const after = useQuery({
    ...versionQuery(haven, collection, recordId, version),
    enabled: canLoad && item.data === undefined,
  });
  if (isErased) return <Text size="sm">The data of the record was removed from all versions.</Text>;
  if (!canRead)
    return (
      <Stack gap={4} w="100%">
        <Text size="sm">
          This key may not read the version before (scope records:read). This is the document after:
        </Text>
        {item.data === undefined ? <Text size="sm">It is too large to be kept.</Text> : <JsonText value={item.data} />}
      </Stack>
    );
  const [dataBefore, dataAfter] = [knownBefore ?? before.data?.data, item.data ?? after.data?.data];
  const needsBefore = knownBefore === undefined && dataBefore === undefined;
  const needsAfter = item.data === undefined && dataAfter === undefined;
  if (needsBefore || needsAfter) {
    const error = before.error ?? after.error;
    if (error instanceof HavenError && error.code === 'NOT_FOUND')
      return <Text size="sm">The version before is no longer kept, so the differences are not known.</Text>;
    return error ? <ProblemAlert error={error} /> : <Loading />;
  }
  return (
    <Stack w="100%">
      <DiffView before={dataBefore ?? null} after={dataAfter ?? null} />
    </Stack>
  );
}
