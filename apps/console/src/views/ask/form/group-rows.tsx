import { Autocomplete, Button, Group, NativeSelect, Stack } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { ReactNode } from 'react';

import type { Column } from '../../../columns/columns.js';
import { RemoveIconButton } from '../../../ui/buttons/remove-icon-button.js';
import { BUCKETS } from '../ask-state.js';
import type { GroupField } from '../ask-state.js';
import { PathField } from './path-field.js';

interface GroupRowsProps {
  groups: readonly GroupField[];
  columns: readonly Column[];
  onChange(groups: readonly GroupField[]): void;
  onRemove(index: number): void;
}

/** The fields by which records are grouped, and their periods. */
export function GroupRows({ groups, columns, onChange, onRemove }: GroupRowsProps): ReactNode {
  const zones = useMemo(() => ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')], []);
  const change = (index: number, part: Partial<GroupField>): void => {
    const group = groups[index];
    if (group) onChange(groups.with(index, { ...group, ...part }));
  };
  return (
    <Stack gap="xs" align="flex-start">
      {groups.map((group, index) => (
        <Group key={index} gap="xs">
          <PathField
            label={`Group by, field ${index + 1}`}
            value={group.path}
            columns={columns}
            onChange={(path) => change(index, { path, bucket: bucketFor(path, columns, group) })}
          />
          <NativeSelect
            aria-label={`Period of field ${index + 1}`}
            value={group.bucket ?? ''}
            data={[
              { value: '', label: 'Each value' },
              ...BUCKETS.map((bucket) => ({ value: bucket, label: `By ${bucket}` })),
            ]}
            onChange={({ currentTarget: { value } }) =>
              change(index, { bucket: BUCKETS.find((bucket) => bucket === value) ?? null })
            }
          />
          {group.bucket !== null && (
            <Autocomplete
              aria-label={`Time zone of field ${index + 1}`}
              placeholder="UTC"
              data={zones}
              limit={50}
              value={group.timeZone}
              onChange={(timeZone) => change(index, { timeZone })}
              w="12rem"
            />
          )}
          <RemoveIconButton label={`Remove field ${index + 1}`} onClick={() => onRemove(index)} />
        </Group>
      ))}
      <Button
        size="xs"
        variant="subtle"
        leftSection={<IconPlus size={14} />}
        onClick={() => onChange([...groups, { path: '', bucket: null, timeZone: 'UTC' }])}
      >
        Group by a field
      </Button>
    </Stack>
  );
}

/** Times are hardly ever equal, so they are grouped by month unless the user chooses something else. */
function bucketFor(path: string, columns: readonly Column[], group: GroupField): GroupField['bucket'] {
  const type = columns.find((column) => column.path === path)?.type;
  if (type === 'date' || type === 'dateTime') return group.bucket ?? 'month';
  return type === undefined ? group.bucket : null;
}
