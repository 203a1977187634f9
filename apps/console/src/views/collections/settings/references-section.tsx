import { Anchor, Stack, Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { settingsPath } from '../../../labels/paths.js';
import { useSession } from '../../../session/session.js';
import { WideTable } from '../../../ui/layout/wide-table.js';
import { IndexStateBadge } from '../index-state-badge.js';
import type { StoredSettings } from './verbatim-settings.js';

const EFFECTS = {
  restrict: 'The deletion is refused',
  setNull: 'The reference is removed',
  cascade: 'The record is deleted too',
} as const;

/** Shows the references from and to a collection. The schema declares them. */
export function ReferencesSection({ stored }: { stored: StoredSettings }): ReactNode {
  const { name, references, referencedBy } = stored.collection;
  return (
    <Stack py="md">
      <Text size="sm">
        References are members of the{' '}
        <Anchor component={Link} href={settingsPath(name, 'schema')} inherit underline="always">
          schema
        </Anchor>
        . To add one, add a member there whose type is “Reference”.
      </Text>
      <Title order={2} size="h4">
        To other records
      </Title>
      {references.length === 0 ? (
        <Text c="dimmed">None</Text>
      ) : (
        <ReferenceTable
          label="References to other records"
          head={['Member', 'Collection', 'When that record is deleted', 'State']}
          rows={references.map(({ path, collection, onDelete, state }) => [
            path,
            <CollectionLink key="link" name={collection} />,
            EFFECTS[onDelete],
            <IndexStateBadge key="state" state={{ state }} />,
          ])}
        />
      )}
      <Title order={2} size="h4">
        From other collections
      </Title>
      {referencedBy.length === 0 ? (
        <Text c="dimmed">None</Text>
      ) : (
        <ReferenceTable
          label="References from other collections"
          head={['Collection', 'Member', 'When a record here is deleted']}
          rows={referencedBy.map(({ collection, path, onDelete }) => [
            <CollectionLink key="link" name={collection} />,
            path,
            EFFECTS[onDelete],
          ])}
        />
      )}
    </Stack>
  );
}

function CollectionLink({ name }: { name: string }): ReactNode {
  const { maySee } = useSession();
  if (!maySee(name)) return name;
  return (
    <Anchor component={Link} href={settingsPath(name, 'references')} inherit>
      {name}
    </Anchor>
  );
}

interface ReferenceTableProps {
  label: string;
  head: readonly string[];
  rows: readonly (readonly ReactNode[])[];
}

function ReferenceTable({ label, head, rows }: ReferenceTableProps): ReactNode {
  return (
    <WideTable label={label} columns={head} minWidth="30rem">
      {rows.map((cells, row) => (
        <Table.Tr key={row}>
          {cells.map((cell, column) => (
            <Table.Td key={column}>{cell}</Table.Td>
          ))}
        </Table.Tr>
      ))}
    </WideTable>
  );
}
