import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { useCollection } from '../../api/collections.js';
import type { CollectionView } from '../../api/types.js';
import { schemaColumns } from '../../columns/schema-columns.js';
import { collectionPath } from '../../labels/paths.js';
import { MissingScope } from '../../session/missing-scope.js';
import { useSession } from '../../session/session.js';
import { ProblemAlert } from '../../ui/feedback/problem-alert.js';
import { QueryView } from '../../ui/feedback/query-view.js';
import { PageHeader } from '../../ui/layout/page-header.js';
import { bytesText, countOf } from '../../values/numbers.js';
import { DropZone } from './drop-zone.js';
import { ImportForm } from './import-form.js';
import { useDropGuard } from './use-drop-guard.js';
import { useScan } from './use-scan.js';

/** Imports a file into a collection. */
export default function ImportView({ collection: name }: { collection: string }): ReactNode {
  const collection = useCollection(name);
  const { may } = useSession();
  if (!may('records:write', name))
    return (
      <MissingScope
        view={`Import into ${name}`}
        title="You may not import records"
        scopes={['records:write']}
        collection={name}
      />
    );
  return (
    <>
      <PageHeader title={`Import into ${name}`}>
        {may('records:read', name) && (
          <Button component={Link} href={collectionPath(name)} variant="default">
            Records
          </Button>
        )}
      </PageHeader>
      <QueryView query={collection}>{(found) => <ImportPage collection={found} />}</QueryView>
    </>
  );
}

function ImportPage({ collection }: { collection: CollectionView }): ReactNode {
  const { state, choose, read, clear } = useScan();
  const [others, setOthers] = useState(0);
  useDropGuard();
  const columns = useMemo(() => schemaColumns(collection), [collection]);
  const take = (file: File, more: number): void => {
    setOthers(more);
    choose(file);
  };
  if (state.step === 'none') return <DropZone onFile={take} />;
  const file = state.step === 'read' ? state.scan.source.file : state.file;
  return (
    <Stack>
      {others > 0 && (
        <Text role="status">
          One file can be imported at a time: {file.name} was taken,{' '}
          {countOf(others, 'other file was', 'other files were')} not.
        </Text>
      )}
      {state.step === 'read' && (
        <ImportForm
          key={`${file.name} ${state.scan.source.separator}`}
          collection={collection}
          columns={columns}
          scan={state.scan}
          onRead={read}
          onClear={clear}
        />
      )}
      {state.step === 'reading' && <Reading file={file} bytes={state.bytes} onCancel={clear} />}
      {state.step === 'failed' && (
        <>
          <ProblemAlert error={state.error} />
          <DropZone onFile={take} />
        </>
      )}
    </Stack>
  );
}

function Reading({ file, bytes, onCancel }: { file: File; bytes: number; onCancel(): void }): ReactNode {
  return (
    <Stack gap="xs">
      <Text role="status">
        Reading {file.name} ({bytesText(file.size)})…
      </Text>
      <Progress value={(100 * bytes) / Math.max(file.size, 1)} aria-label="Part of the file that has been read" />
      <Group>
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
      </Group>
    </Stack>
  );
}
