import { Anchor, Box, Button, Table, Text } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import type { CollectionView } from '../../../api/types.js';
import { collectionPath, settingsPath } from '../../../labels/paths.js';
import { useSession } from '../../../session/session.js';
import { Time } from '../../../ui/time/time.js';
import { bytesText, countText } from '../../../values/numbers.js';
import { shorten } from '../../../values/shorten.js';
import { StateSummary } from './state-summary.js';
import { useSizes } from './use-sizes.js';
import type { CollectionSize } from './use-sizes.js';

/** Number of rows that are added at a time. */
const ROWS = 200;

/** Lists collections with their sizes and the states of their indexes. */
export function CollectionTable({ collections }: { collections: readonly CollectionView[] }): ReactNode {
  const [rows, setRows] = useState(ROWS);
  const shown = collections.slice(0, rows);
  const sizes = useSizes(shown);
  return (
    <>
      <Box role="region" aria-label="Collections" tabIndex={0} style={{ overflowX: 'auto' }}>
        <Table miw={720}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th ta="right">Records</Table.Th>
              <Table.Th ta="right">Size</Table.Th>
              <Table.Th>Indexes</Table.Th>
              <Table.Th>Settings changed</Table.Th>
              <Table.Th>Settings</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((collection) => (
              <Row key={collection.name} collection={collection} size={sizes.get(collection.name)} />
            ))}
          </Table.Tbody>
        </Table>
      </Box>
      {collections.length > rows && (
        <Button variant="default" mt="md" onClick={() => setRows(rows + ROWS)}>
          Show more of {countText(collections.length)} collections
        </Button>
      )}
    </>
  );
}

function Row({ collection, size }: { collection: CollectionView; size: CollectionSize | undefined }): ReactNode {
  const { name, description, updatedAt } = collection;
  const { may } = useSession();
  const mayOpen = may('records:read', name) || may('records:write', name);
  return (
    <Table.Tr>
      <Table.Th scope="row" fw="normal" maw="24rem">
        {mayOpen ? (
          <Anchor component={Link} href={collectionPath(name)} fw={600}>
            {name}
          </Anchor>
        ) : (
          name
        )}
        {description !== null && (
          <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {shorten(description)}
          </Text>
        )}
      </Table.Th>
      <Table.Td ta="right">{size && `${size.isEstimate ? 'about ' : ''}${countText(size.records)}`}</Table.Td>
      <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
        {size?.bytes !== undefined && bytesText(size.bytes)}
      </Table.Td>
      <Table.Td>
        <StateSummary collection={collection} />
      </Table.Td>
      <Table.Td>
        <Time at={updatedAt} />
      </Table.Td>
      <Table.Td>
        <Anchor component={Link} href={settingsPath(name)} aria-label={`Settings of ${name}`}>
          Settings
        </Anchor>
      </Table.Td>
    </Table.Tr>
  );
}
