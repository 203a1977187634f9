import { Alert, Button, Code, Group, Stack, Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { shorten } from '../ui/shorten.js';
import type { BadLines } from './bad-lines.js';
import { download } from './save-file.js';
import type { Scan } from './scan.js';
import type { ImportState } from './use-import.js';

interface ImportOutcomeProps {
  collection: string;
  scan: Scan;
  state: Extract<ImportState, { step: 'finished' }>;
  /** Whether records of the file can refer to each other. */
  canLink: boolean;
}

/** Says what an import has done, or would do, and which lines were refused. */
export function ImportOutcome({ collection, scan, state, canLink }: ImportOutcomeProps): ReactNode {
  const { mode, result, isCancelled } = state;
  const { created, updated, bad, unnamed } = result;
  const isCheck = mode === 'check';
  const refused = bad.count + unnamed;
  const title = isCheck ? 'Dry run: nothing was stored' : 'Import';
  return (
    <Stack role="status">
      <Alert
        color={refused > 0 || isCancelled ? 'orange' : 'teal'}
        styles={{ title: { color: 'var(--mantine-color-text)' } }}
        title={isCancelled ? `${title}, stopped before the end` : title}
      >
        <Text size="sm">
          {count(created)} {isCheck ? 'would be created' : 'created'}, {count(updated)}{' '}
          {isCheck ? 'would be replaced' : 'replaced'}, {count(refused)} refused.
        </Text>
      </Alert>
      {isCancelled && !isCheck && <Text size="sm">The lines that were being sent may have been stored too.</Text>}
      {isCheck && canLink && refused > 0 && (
        <Text size="sm">
          A dry run checks each part of the file alone. Lines that are refused because they refer to lines of other
          parts are sent nevertheless when you import.
        </Text>
      )}
      {bad.count > 0 && <Refused scan={scan} bad={bad} />}
      {unnamed > 0 && <Text size="sm">The server has not named {count(unnamed)} of the refused lines.</Text>}
      {!isCheck && (
        <Group>
          <Button component={Link} href={`/collections/${encodeURIComponent(collection)}`}>
            Show the records
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function Refused({ scan: { source }, bad }: { scan: Scan; bad: BadLines }): ReactNode {
  const name = source.file.name.replace(/(\.gz)$/, '').replace(/\.\w+$/, '');
  return (
    <>
      <Group justify="space-between">
        <Title order={2} size="h4">
          Refused lines
        </Title>
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={() => download(bad.content, `${name}-refused.${source.kind}`)}>
            Download the lines
          </Button>
          <Button size="xs" variant="default" onClick={() => download(bad.report, `${name}-errors.ndjson`)}>
            Download the errors
          </Button>
        </Group>
      </Group>
      <Table.ScrollContainer minWidth={480} type="native" tabIndex={0} role="region" aria-label="Refused lines">
        <Table verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Line</Table.Th>
              <Table.Th scope="col">Record</Table.Th>
              <Table.Th scope="col">Error</Table.Th>
              <Table.Th scope="col">Code</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {bad.shown.map(({ line, index, code, detail, pointer }, row) => (
              <Table.Tr key={row}>
                <Table.Td>{line}</Table.Td>
                <Table.Td>{index}</Table.Td>
                <Table.Td>
                  {pointer !== '' && <Code>{shorten(pointer)}</Code>} {shorten(detail, 300)}
                </Table.Td>
                <Table.Td>{code}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {bad.count > bad.shown.length && (
        <Text size="sm" c="dimmed">
          The first errors are shown. The downloads have all.
        </Text>
      )}
    </>
  );
}

function count(number: number): string {
  return number.toLocaleString();
}
