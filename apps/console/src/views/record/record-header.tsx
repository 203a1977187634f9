import { Anchor, Code, Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import type { Data } from '../../api/types.js';
import { collectionPath } from '../../labels/paths.js';
import { recordLabel } from '../../labels/record-label.js';
import { CopyButton } from '../../ui/buttons/copy-button.js';
import { PageHeader } from '../../ui/layout/page-header.js';

/** The heading of the view of a record: its name, its collection and its id. */
export function RecordHeader({
  collection,
  id,
  data,
  children,
}: {
  collection: string;
  id: string;
  data: Data | undefined;
  children?: ReactNode;
}): ReactNode {
  return (
    <PageHeader
      title={(data && recordLabel(data)) ?? 'Record'}
      text={
        <Group gap="xs">
          <Anchor component={Link} href={collectionPath(collection)}>
            {collection}
          </Anchor>
          <span aria-hidden>/</span>
          <Code style={{ overflowWrap: 'anywhere' }}>{id}</Code>
          <CopyButton text={id} label="Copy id" />
        </Group>
      }
    >
      {children}
    </PageHeader>
  );
}
