import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';

import type { CollectionView } from '../../api/types.js';
import type { Column } from '../../columns/columns.js';
import type { SourceFile } from '../../transfer/files/source-file.js';
import { canLinkWithin, proposePlan } from '../../transfer/import/plan.js';
import type { ImportPlan } from '../../transfer/import/plan.js';
import type { Scan } from '../../transfer/import/scan.js';
import { sharedMember } from '../../transfer/tables/assignments.js';
import { SharedMember } from '../../transfer/tables/shared-member.js';
import { Empty } from '../../ui/feedback/empty.js';
import { ProblemAlert } from '../../ui/feedback/problem-alert.js';
import { bytesText, countOf } from '../../values/numbers.js';
import { FilePreview } from './file-preview.js';
import { ImportOptions } from './import-options.js';
import { ImportOutcome } from './import-outcome.js';
import { ImportProgress } from './import-progress.js';
import { useImport } from './use-import.js';

interface ImportFormProps {
  collection: CollectionView;
  columns: readonly Column[];
  scan: Scan;
  onRead(source: SourceFile): void;
  onClear(): void;
}

/** Shows what is in a file, lets the user choose how to import it, and imports it. */
export function ImportForm({ collection, columns, scan, onRead, onClear }: ImportFormProps): ReactNode {
  const proposed = useMemo(() => proposePlan(scan, columns, 'names'), [scan, columns]);
  const [plan, setPlan] = useState<ImportPlan>(proposed);
  const { state, start, stop, reset } = useImport(collection, scan);
  const change = (part: Partial<ImportPlan>): void => {
    setPlan({ ...plan, ...part });
    reset(); // the result of a dry run is that of another import
  };
  const { source } = scan;
  const hasHeader = source.kind === 'csv' && plan.firstRow === 'names';
  const count = scan.count - (hasHeader ? 1 : 0);
  const isRunning = state.step === 'running';
  const isImported = state.step === 'finished' && state.mode === 'import';
  const isChecked = state.step === 'finished' && state.mode === 'check' && !canLinkWithin(collection, plan);
  const bad = isChecked ? state.result.bad.count : 0;
  const shared = sharedMember(plan.assignments);
  const left = plan.mode === 'atomic' && bad > 0 ? 0 : count - bad;
  if (count <= 0)
    return (
      <Empty title="Nothing to import">
        <Stack>
          {source.file.name} has no records.
          <Button onClick={onClear}>Choose another file</Button>
        </Stack>
      </Empty>
    );
  return (
    <Stack>
      <Group justify="space-between">
        <Text>
          <b>{source.file.name}</b>: {countOf(count, 'record')}, {bytesText(source.file.size)}
          {source.encoding !== 'utf-8' && `, in ${source.encoding}`}
        </Text>
        {!isRunning && (
          <Button variant="default" onClick={onClear}>
            Choose another file
          </Button>
        )}
      </Group>
      {!isImported && (
        <>
          <fieldset disabled={isRunning} style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}>
            <Stack>
              <Title order={2} size="h4">
                Preview
              </Title>
              <FilePreview scan={scan} plan={plan} columns={columns} onChange={change} />
              <SharedMember path={shared} />
              <Title order={2} size="h4">
                Options
              </Title>
              <ImportOptions
                collection={collection}
                scan={scan}
                plan={plan}
                columns={columns}
                onChange={change}
                onRead={onRead}
              />
            </Stack>
          </fieldset>
          {!isRunning && (
            <Group>
              <Button variant="default" onClick={() => void start(plan, 'check')} disabled={shared !== undefined}>
                Dry run
              </Button>
              <Button onClick={() => void start(plan, 'import')} disabled={left <= 0 || shared !== undefined}>
                Import {countOf(left, 'record')}
              </Button>
            </Group>
          )}
        </>
      )}
      {isRunning && <ImportProgress state={state} count={count} onStop={stop} />}
      {state.step === 'failed' && <ProblemAlert error={state.error} onRetry={() => void start(plan, state.mode)} />}
      {state.step === 'finished' && (
        <ImportOutcome
          collection={collection.name}
          scan={scan}
          state={state}
          canLink={canLinkWithin(collection, plan)}
        />
      )}
    </Stack>
  );
}
