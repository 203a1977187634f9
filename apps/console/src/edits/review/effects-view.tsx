import { Anchor, Box, Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { recordPath } from '../../labels/paths.js';
import { WideTable } from '../../ui/layout/wide-table.js';
import { countOf, countText } from '../../values/numbers.js';
import type { Effects } from '../batch/operations.js';

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
        {titleOf(effects.length, deleted)}
      </Title>
      <WideTable label="Effects" columns={['Collection', 'Record', 'Effect']} minWidth="26rem">
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
      </WideTable>
      {effects.length > SHOWN && (
        <Text size="sm" c="dimmed">
          and {effects.length - SHOWN} more
        </Text>
      )}
    </Box>
  );
}

function titleOf(count: number, deleted: number): string {
  const subject = `The deletions also change ${countOf(count, 'record')} that refer to the deleted ones`;
  return `${subject}: ${countText(deleted)} deleted, ${countText(count - deleted)} changed`;
}
