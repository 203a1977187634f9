import { Button, Menu } from '@mantine/core';
import { IconChartBar, IconDots, IconDownload, IconSettings, IconUpload } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { importPath, settingsPath } from '../../../labels/paths.js';
import { useSession } from '../../../session/session.js';
import { askPath } from './list-state.js';
import type { ListState } from './list-state.js';

interface ListActionsProps {
  collection: string;
  state: ListState;
  onExport(): void;
}

/** Leads from the list to the other views of its collection. */
export function ListActions({ collection, state, onExport }: ListActionsProps): ReactNode {
  const { may } = useSession();
  return (
    <Menu position="bottom-end" withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <Button variant="default" size="sm" leftSection={<IconDots size={16} />}>
          More
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {may('records:write', collection) && (
          <Menu.Item component={Link} href={importPath(collection)} leftSection={<IconUpload size={16} />}>
            Import
          </Menu.Item>
        )}
        <Menu.Item onClick={onExport} leftSection={<IconDownload size={16} />}>
          Export
        </Menu.Item>
        <Menu.Item component={Link} href={askPath(collection, state)} leftSection={<IconChartBar size={16} />}>
          Ask
        </Menu.Item>
        <Menu.Item component={Link} href={settingsPath(collection)} leftSection={<IconSettings size={16} />}>
          Settings
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
