import { Alert, Button, Code, Group, Stack, Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { collectionPath } from '../../labels/paths.js';
import { useSession } from '../../session/session.js';
import type { BadLines } from '../../transfer/import/bad-lines.js';
import type { Scan } from '../../transfer/import/scan.js';
import { download } from '../../ui/download.js';
import { WideTable } from '../../ui/layout/wide-table.js';
import { countText } from '../../values/numbers.js';
import { shorten } from '../../values/shorten.js';
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
  const { may } = useSession();
  const { mode, result, resume } = state;
  const { created, updated, bad, unnamed } = result;
  const isCheck = mode === 'check';
  const refused = bad.count + unnamed;
  const title = isCheck ? 'Dry run: nothing was stored' : 'Import';
  return (
    <Stack role="status">
      <Alert
        color={refused > 0 || resume ? 'orange' : 'teal'}
        styles={{ title: { color: 'var(--mantine-color-text)' } }}
        title={resume ? `${title}, stopped before the end` : title}
      >
        <Text size="sm">
          {countText(created)} {isCheck ? 'would be created' : 'created'}, {countText(updated)}{' '}
          {isCheck ? 'would be replaced' : 'replaced'}, {countText(refused)} refused.
        </Text>
      </Alert>
      {resume && (
        <Group>
          <Button onClick={resume}>Continue</Button>
          {!isCheck && (
            <Text size="sm" flex={1} miw="14rem">
              The lines that were being sent may have been stored too. If you continue, they are not stored twice.
            </Text>
          )}
        </Group>
      )}
      {isCheck && canLink && refused > 0 && (
        <Text size="sm">
          A dry run checks each part of the file alone. Lines that are refused because they refer to lines of other
          parts are sent nevertheless when you import.
        </Text>
      )}
      {bad.count > 0 && <Refused scan={scan} bad={bad} />}
      {unnamed > 0 && <Text size="sm">The server has not named {countText(unnamed)} of the refused lines.</Text>}
      {!isCheck && may('records:read', collection) && (
        <Group>
          <Button component={Link} href={collectionPath(collection)}>
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
      <WideTable label="Refused lines" columns={['Line', 'Record', 'Error', 'Code']} minWidth="30rem">
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
      </WideTable>
      {bad.count > bad.shown.length && (
        <Text size="sm" c="dimmed">
          The first errors are shown. The downloads have all.
        </Text>
      )}
    </>
  );
}
