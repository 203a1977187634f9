import { Anchor, Button, Group, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { prefix } from '../../page.js';
import { WideTable } from '../../ui/layout/wide-table.js';
import { countText, durationText } from '../../values/numbers.js';
import type { Stats } from './samples.js';

/** Number of operations that are shown at first. */
const SHOWN = 8;

/** The operations that took the most time, and the errors, of the last hour. */
export function ActivityTables({ requests }: { requests: NonNullable<Stats['requests']> }): ReactNode {
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="xl">
      <Stack component="section" gap="xs" miw={0}>
        <Title order={2} size="h4">
          Operations of the last hour
        </Title>
        <OperationTable operations={requests.operations} />
      </Stack>
      <Stack component="section" gap="xs" miw={0}>
        <Title order={2} size="h4">
          Errors of the last hour
        </Title>
        <ErrorTable errors={requests.errors} />
      </Stack>
    </SimpleGrid>
  );
}

function OperationTable({ operations }: Pick<NonNullable<Stats['requests']>, 'operations'>): ReactNode {
  const [shown, setShown] = useState(SHOWN);
  if (operations.length === 0) return <Text size="sm">No requests.</Text>;
  return (
    <>
      <WideTable label="Operations" columns={['Operation', 'Requests', 'Average', 'Together']} minWidth="26rem">
        {operations.slice(0, shown).map(({ api, name, requests, totalMs }) => (
          <Table.Tr key={`${api} ${name}`}>
            <Table.Td style={{ overflowWrap: 'anywhere' }}>
              {name}{' '}
              <Text span size="sm" c="dimmed">
                {api === 'rest' ? 'REST' : 'GraphQL'}
              </Text>
            </Table.Td>
            <Table.Td>{countText(requests)}</Table.Td>
            <Table.Td>{durationText(totalMs / Math.max(1, requests))}</Table.Td>
            <Table.Td>{durationText(totalMs)}</Table.Td>
          </Table.Tr>
        ))}
      </WideTable>
      {operations.length > shown && (
        <Group>
          <Button variant="default" size="xs" onClick={() => setShown(operations.length)}>
            Show all {operations.length} operations
          </Button>
        </Group>
      )}
    </>
  );
}

function ErrorTable({ errors }: Pick<NonNullable<Stats['requests']>, 'errors'>): ReactNode {
  if (errors.length === 0) return <Text size="sm">No errors.</Text>;
  return (
    <WideTable label="Errors" columns={['Code', 'Number']} minWidth="16rem">
      {errors.map(({ code, count }) => (
        <Table.Tr key={code}>
          <Table.Td>
            <Anchor
              href={`${prefix}/docs/errors#${code.toLowerCase().replaceAll('_', '-')}`}
              target="_blank"
              size="sm"
              style={{ overflowWrap: 'anywhere' }}
            >
              {code}
            </Anchor>
          </Table.Td>
          <Table.Td>{countText(count)}</Table.Td>
        </Table.Tr>
      ))}
    </WideTable>
  );
}
