import { Button, Group, Loader, NativeSelect, Radio, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { FormDialog, useCloseQuestion } from '../../ui/dialogs/form-dialog.js';
import { ProblemAlert } from '../../ui/feedback/problem-alert.js';
import { bytesText } from '../../values/numbers.js';
import { fileName } from './choose-file.js';
import { exportRequest } from './export-request.js';
import type { ExportFormat, ExportQuery } from './export-request.js';
import { useExport } from './use-export.js';
import type { ExportState } from './use-export.js';

interface ExportDialogProps {
  collection: string;
  query: ExportQuery;
  onClose(): void;
}

/** Exports the records that a list shows. */
export default function ExportDialog(props: ExportDialogProps): ReactNode {
  return (
    <FormDialog onClose={props.onClose} title={`Export ${props.collection}`}>
      <ExportForm {...props} />
    </FormDialog>
  );
}

const STOP = {
  title: 'Stop the export?',
  text: 'The export is still running. If you stop it, no file is saved.',
  close: 'Stop',
  stay: 'Keep exporting',
};

function ExportForm({ collection, query, onClose }: ExportDialogProps): ReactNode {
  const [format, setFormat] = useState<ExportFormat>({
    type: 'ndjson',
    shape: 'record',
    delimiter: 'comma',
    decimal: 'point',
  });
  const { state, start, cancel } = useExport();
  const change = (part: Partial<ExportFormat>): void => setFormat({ ...format, ...part });
  const isRunning = state.step === 'running';
  useCloseQuestion(() => (isRunning ? STOP : null));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void start(exportRequest(collection, query, format), fileName(collection, format.type));
      }}
    >
      <Stack>
        <Text size="sm">{selectionOf(query)}</Text>
        <Radio.Group
          label="Format"
          value={format.type}
          onChange={(value) => change({ type: value === 'csv' ? 'csv' : 'ndjson' })}
        >
          <Stack gap="xs" mt="xs">
            <Radio value="ndjson" label="NDJSON" description="A JSON object on each line. Keeps all types." />
            <Radio
              value="csv"
              label="CSV"
              description="A table for spreadsheets. Objects and arrays become JSON text."
            />
          </Stack>
        </Radio.Group>
        <Radio.Group
          label="Content"
          value={format.shape}
          onChange={(value) => change({ shape: value === 'document' ? 'document' : 'record' })}
        >
          <Stack gap="xs" mt="xs">
            <Radio value="record" label="Whole records" description="With id, version and times." />
            <Radio value="document" label="Only the data" />
          </Stack>
        </Radio.Group>
        {format.type === 'csv' && <CsvOptions format={format} onChange={change} />}
        <Progress state={state} />
        <Group justify="flex-end">
          {isRunning ? (
            <Button variant="default" onClick={cancel}>
              Cancel
            </Button>
          ) : (
            <>
              <Button variant="default" onClick={onClose}>
                Close
              </Button>
              <Button type="submit">Export</Button>
            </>
          )}
        </Group>
      </Stack>
    </form>
  );
}

function CsvOptions({
  format,
  onChange,
}: {
  format: ExportFormat;
  onChange(part: Partial<ExportFormat>): void;
}): ReactNode {
  return (
    <>
      <Group grow>
        <NativeSelect
          label="Separator"
          value={format.delimiter}
          data={[
            { value: 'comma', label: 'Comma' },
            { value: 'semicolon', label: 'Semicolon' },
            { value: 'tab', label: 'Tab' },
          ]}
          onChange={({ currentTarget: { value } }) =>
            onChange({ delimiter: value === 'semicolon' || value === 'tab' ? value : 'comma' })
          }
        />
        <NativeSelect
          label="Decimal sign"
          value={format.decimal}
          data={[
            { value: 'point', label: 'Point (3.5)' },
            { value: 'comma', label: 'Comma (3,5)' },
          ]}
          onChange={({ currentTarget: { value } }) => onChange({ decimal: value === 'comma' ? 'comma' : 'point' })}
        />
      </Group>
      <Text size="sm" c="dimmed">
        A spreadsheet may execute a cell that begins with =, +, - or @. Check texts that others have written.
      </Text>
    </>
  );
}

function Progress({ state }: { state: ExportState }): ReactNode {
  if (state.step === 'failed') return <ProblemAlert error={state.error} />;
  return (
    <Group gap="xs" role="status">
      {state.step === 'running' && <Loader size="xs" aria-hidden />}
      <Text size="sm">
        {state.step === 'running' && `${bytesText(state.bytes)} so far`}
        {state.step === 'done' && `Exported: ${bytesText(state.bytes)}.`}
      </Text>
    </Group>
  );
}

function selectionOf({ filter = {}, search = '', asOf }: ExportQuery): string {
  const isAll = Object.keys(filter).length === 0 && search.trim() === '';
  const which = isAll ? 'Exports all records' : 'Exports the records that match the filter and the search';
  return `${which}${asOf ? `, as they were at ${asOf}` : ''}.`;
}
