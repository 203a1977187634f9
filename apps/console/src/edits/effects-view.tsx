import { Anchor, Box, Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { recordPath } from '../labels/paths.js';
import { countOf } from '../ui/numbers.js';
import type { Effects } from './operations.js';

/** Number of effects that are listed. */
const SHOWN = 100;

/** Lists the changes of other records that the deletions cause by references. */
export function EffectsView({ effects }: { effects: Effects }): ReactNode {
  if (effects === null)
    return (
      <Text size="sm" role="status">
        The deletions change more records than can be listed. They cannot be undone here.
      </Text>
    );
  if (effects.length === 0) return null;
  const deleted = effects.filter(({ type }) => type === 'record.deleted').length;
  return (
    <Box component="section" aria-labelledby="effects">
      <Title order={3} size="sm" id="effects">
        The deletions also change {countOf(effects.length, 'record')} that refer to the deleted ones: {deleted} deleted,{' '}
        {effects.length - deleted} changed
      </Title>
      <Table.ScrollContainer minWidth={420} type="native" tabIndex={0} role="region" aria-label="Effects">
        <Table verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Collection</Table.Th>
              <Table.Th scope="col">Record</Table.Th>
              <Table.Th scope="col">Effect</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {effects.slice(0, SHOWN).map(({ collection, id, type, version }) => (
              <Table.Tr key={`${collection}/${id}/${version}`}>
                <Table.Td>{collection}</Table.Td>
                <Table.Td>
                  <Anchor component={Link} size="sm" href={recordPath(collection, id)}>
                    {id}
                  </Anchor>
                </Table.Td>
                <Table.Td>{type === 'record.deleted' ? 'Deleted' : 'Reference removed'}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {effects.length > SHOWN && (
        <Text size="sm" c="dimmed">
          and {effects.length - SHOWN} more
        </Text>
      )}
    </Box>
  );
}
