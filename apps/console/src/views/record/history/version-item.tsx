import { Anchor, Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { HavenError } from 'haven-records';
import type { RecordVersion } from 'haven-records';

import { versionQuery } from '../../../api/record-history.js';
import type { RecordView } from '../../../api/types.js';
import { CHANGE_TYPES } from '../../../labels/change-types.js';
import { useSession } from '../../../session/session.js';
import { Loading } from '../../../ui/feedback/loading.js';
import { ProblemAlert } from '../../../ui/feedback/problem-alert.js';
import { DiffView } from '../../../ui/json/diff-view.js';
import { Time } from '../../../ui/time/time.js';
import { RestoreButton } from '../actions/restore-button.js';
import { useRecordState } from '../record-state.js';

interface VersionItemProps {
  name: string;
  id: string;
  version: RecordVersion;
  /** The version before; undefined if it was not read yet. */
  previous: RecordVersion | undefined;
  current: RecordView | null;
  initially: 'open' | 'closed';
}

/** One version in the history of a record. */
export function VersionItem({ name, id, version, previous, current, initially }: VersionItemProps): ReactNode {
  const [isOpen, setOpen] = useState(initially === 'open');
  const [, setState] = useRecordState();
  const { data } = version;
  return (
    <Stack gap={4} align="flex-start">
      <Group gap="xs">
        <Text fw={600} size="sm">
          {CHANGE_TYPES[version.type].label} by {version.actor}
        </Text>
        <Badge variant="default" tt="none">
          Version {version.version}
        </Badge>
      </Group>
      <Text size="sm" c="dimmed">
        <Time at={version.at} />
        {version.cause !== null && <>, because the record {version.cause} was deleted</>}
      </Text>
      <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        Trace {version.traceId}
      </Text>
      <Group gap="xs">
        <Button size="compact-sm" variant="subtle" px={0} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Hide' : 'Show'} the changes of version {version.version}
        </Button>
        {current && data !== null && (
          <Anchor
            component="button"
            type="button"
            size="sm"
            onClick={() => setState({ tab: 'data', asOf: version.version === current.version ? null : version.at })}
          >
            Show the record at version {version.version}
          </Anchor>
        )}
        {data !== null && version.version !== current?.version && (
          <RestoreButton name={name} id={id} version={{ version: version.version, data }} current={current} />
        )}
      </Group>
      {isOpen && <VersionChanges name={name} id={id} version={version} previous={previous} />}
    </Stack>
  );
}

/** Shows the difference from the version before, which is read if it is not known. */
function VersionChanges({
  name,
  id,
  version,
  previous,
}: Pick<VersionItemProps, 'name' | 'id' | 'version' | 'previous'>): ReactNode {
  const { haven } = useSession();
  const isFirst = version.version === 1 || version.type === 'record.created';
  const { data, error } = useQuery({
    ...versionQuery(haven, name, id, version.version - 1),
    enabled: previous === undefined && !isFirst,
  });
  const before = previous ?? data;
  if (version.type === 'record.erased') return <Text size="sm">The data was removed from all versions.</Text>;
  if (version.data === null && version.type !== 'record.deleted')
    return <Text size="sm">The data of this version was erased.</Text>;
  if (!isFirst && before === undefined) {
    if (error instanceof HavenError && error.code === 'NOT_FOUND')
      return <Text size="sm">The version before is no longer kept, so the changes are not known.</Text>;
    return error ? <ProblemAlert error={error} /> : <Loading />;
  }
  return <DiffView before={isFirst ? null : before?.data} after={version.data} />;
}
