import { Anchor, Button, Group, Stack, Table, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { collectionPath } from '../../labels/paths.js';
import { useSession } from '../../session/session.js';
import { WideTable } from '../../ui/layout/wide-table.js';
import { bytesText, countText } from '../../values/numbers.js';
import { shorten } from '../../values/shorten.js';
import type { Stats } from './samples.js';

/** Number of collections that are shown at first. */
const SHOWN = 10;

/** The collections that need the most space. Those of other tenants are not linked, because they cannot be opened. */
export function LargestCollections({ storage }: Pick<Stats, 'storage'>): ReactNode {
  const { caller, may } = useSession();
  const [shown, setShown] = useState(SHOWN);
  const { largest } = storage;
  return (
    <Stack component="section" gap="xs">
      <Title order={2} size="h4">
        Largest collections
      </Title>
      {largest.length === 0 ? (
        <Text size="sm" component="div">
          No collections yet.{' '}
          {may('collections:write') && (
            <Anchor component={Link} href="/collections" size="sm">
              Create one
            </Anchor>
          )}
        </Text>
      ) : (
        <WideTable
          label="Largest collections"
          columns={['Collection', 'Records', 'Size with history']}
          minWidth="22rem"
        >
          {largest.slice(0, shown).map(({ tenant, name, records, bytes }) => (
            <Table.Tr key={`${tenant} ${name}`}>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>
                {tenant === caller.tenant && may('records:read', name) ? (
                  <Anchor component={Link} href={collectionPath(name)} size="sm">
                    {shorten(name)}
                  </Anchor>
                ) : (
                  <Text size="sm">{shorten(name)}</Text>
                )}
                {tenant !== caller.tenant && (
                  <Text size="xs" c="dimmed">
                    Tenant {tenant}
                  </Text>
                )}
              </Table.Td>
              <Table.Td>{countText(records)}</Table.Td>
              <Table.Td title={`${bytes} bytes`}>{bytesText(bytes)}</Table.Td>
            </Table.Tr>
          ))}
        </WideTable>
      )}
      {largest.length > shown && (
        <Group>
          <Button variant="default" size="xs" onClick={() => setShown(largest.length)}>
            Show all {largest.length}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
