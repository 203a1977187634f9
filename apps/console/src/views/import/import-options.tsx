import { NativeSelect, SimpleGrid } from '@mantine/core';
import type { ReactNode } from 'react';

import type { CollectionView } from '../../api/types.js';
import type { Column } from '../../columns/columns.js';
import type { SourceFile } from '../../transfer/files/source-file.js';
import { canLinkWithin, proposePlan } from '../../transfer/import/plan.js';
import type { ImportPlan } from '../../transfer/import/plan.js';
import type { Scan } from '../../transfer/import/scan.js';

interface ImportOptionsProps {
  collection: CollectionView;
  scan: Scan;
  plan: ImportPlan;
  columns: readonly Column[];
  onChange(part: Partial<ImportPlan>): void;
  onRead(source: SourceFile): void;
}

const SEPARATORS = [
  { value: ',', label: 'Comma' },
  { value: ';', label: 'Semicolon' },
  { value: '\t', label: 'Tab' },
  { value: '|', label: 'Vertical bar' },
];

const LINKS =
  'The file is sent in parts of up to 500 records. A record that refers to one in a later part is refused. If the ' +
  'file has such records, import nothing if there is a refused line: all records are then sent as one part.';

/** How the file becomes records. */
export function ImportOptions({ collection, scan, plan, columns, onChange, onRead }: ImportOptionsProps): ReactNode {
  const isCsv = scan.source.kind === 'csv';
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <Identity collection={collection} scan={scan} plan={plan} columns={columns} onChange={onChange} />
      <NativeSelect
        label="Lines that are refused"
        description={plan.mode === 'skip' && canLinkWithin(collection, plan) ? LINKS : undefined}
        value={plan.mode}
        data={[
          { value: 'skip', label: 'Skip them, and import the others' },
          { value: 'atomic', label: 'Import nothing if there is one' },
        ]}
        onChange={({ currentTarget: { value } }) => onChange({ mode: value === 'atomic' ? 'atomic' : 'skip' })}
      />
      {isCsv && (
        <>
          <NativeSelect
            label="Empty cells"
            value={plan.empty}
            data={[
              { value: 'missing', label: 'The member is missing' },
              { value: 'null', label: 'The member is null' },
            ]}
            onChange={({ currentTarget: { value } }) => onChange({ empty: value === 'null' ? 'null' : 'missing' })}
          />
          <NativeSelect
            label="Separator"
            value={scan.source.separator}
            data={SEPARATORS}
            onChange={({ currentTarget: { value } }) => onRead({ ...scan.source, separator: value })}
          />
          <NativeSelect
            label="Decimal sign"
            value={plan.decimal}
            data={[
              { value: '.', label: 'Point (3.5)' },
              { value: ',', label: 'Comma (3,5)' },
            ]}
            onChange={({ currentTarget: { value } }) => onChange({ decimal: value === ',' ? ',' : '.' })}
          />
        </>
      )}
    </SimpleGrid>
  );
}

/** Chooses which stored record an item of the file replaces. */
function Identity({ collection, scan, plan, columns, onChange }: Omit<ImportOptionsProps, 'onRead'>): ReactNode {
  const keys = collection.indexes.filter(({ unique, state }) => unique && state === 'ready').map(({ path }) => path);
  const options = [
    ...(scan.shape === 'record'
      ? [{ value: 'record', label: 'Replace the record with the same id, or create it' }]
      : []),
    { value: 'document', label: 'Create a new record' },
    ...keys.map((path) => ({ value: `by ${path}`, label: `Replace the record with the same ${path}, or create one` })),
  ];
  const choose = (value: string): void => {
    const upsertBy = value.startsWith('by ') ? value.slice(3) : null;
    const shape = value === 'record' ? 'record' : 'document';
    if (shape === plan.shape) onChange({ upsertBy });
    else
      onChange({ upsertBy, shape, assignments: proposePlan({ ...scan, shape }, columns, plan.firstRow).assignments });
  };
  return (
    <NativeSelect
      label="For each record in the file"
      value={plan.shape === 'record' ? 'record' : plan.upsertBy === null ? 'document' : `by ${plan.upsertBy}`}
      data={options}
      onChange={({ currentTarget }) => choose(currentTarget.value)}
    />
  );
}
