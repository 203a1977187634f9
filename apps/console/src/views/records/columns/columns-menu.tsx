import { ActionIcon, Button, Checkbox, Group, Popover, ScrollArea, Stack } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconColumns3 } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import type { Column } from '../../../columns/columns.js';
import { moved } from './column-order.js';
import type { ColumnSettings } from './column-order.js';

interface ColumnsMenuProps {
  /** All columns, in their order. */
  columns: readonly Column[];
  visibility: Readonly<Record<string, boolean>>;
  settings: ColumnSettings;
  /** Replaces the settings; null returns to the default. */
  onChange(settings: ColumnSettings | null): void;
}

/** Shows, hides and moves columns. */
export function ColumnsMenu({ columns, visibility, settings, onChange }: ColumnsMenuProps): ReactNode {
  const choices = columns.filter(({ path }) => path !== '$id');
  const move = (path: string, by: -1 | 1): void => onChange({ ...settings, order: moved(columns, path, by) });
  return (
    <Popover position="bottom-start" trapFocus returnFocus withinPortal>
      <Popover.Target>
        <Button variant="default" size="xs" leftSection={<IconColumns3 size={16} />}>
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Columns" miw="16rem">
        <ScrollArea.Autosize mah="60dvh" type="auto">
          <Stack gap={4} pr="sm">
            {choices.map(({ path, label }, index) => (
              <Group key={path} justify="space-between" wrap="nowrap" gap="xs">
                <Checkbox
                  size="xs"
                  label={label}
                  checked={visibility[path] ?? false}
                  onChange={({ currentTarget }) =>
                    onChange({ ...settings, shown: { ...settings.shown, [path]: currentTarget.checked } })
                  }
                />
                <Group gap={2} wrap="nowrap">
                  <ActionIcon
                    variant="subtle"
                    size={24}
                    aria-label={`Move ${label} up`}
                    disabled={index === 0}
                    onClick={() => move(path, -1)}
                  >
                    <IconArrowUp size={14} />
                  </ActionIcon>
                  <ActionIcon
                    variant="subtle"
                    size={24}
                    aria-label={`Move ${label} down`}
                    disabled={index === choices.length - 1}
                    onClick={() => move(path, 1)}
                  >
                    <IconArrowDown size={14} />
                  </ActionIcon>
                </Group>
              </Group>
            ))}
          </Stack>
        </ScrollArea.Autosize>
        <Button mt="xs" size="xs" variant="subtle" onClick={() => onChange(null)}>
          Reset the columns
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
