import { Stack, Table, Text } from '@mantine/core';
import { useMemo } from 'react';
import type { ReactNode } from 'react';

import type { Column } from '../../columns/columns.js';
import { converter } from '../../transfer/import/convert.js';
import { proposePlan } from '../../transfer/import/plan.js';
import type { ImportPlan } from '../../transfer/import/plan.js';
import type { Scan } from '../../transfer/import/scan.js';
import { TablePreview } from '../../transfer/tables/table-preview.js';
import { JsonText } from '../../ui/json/json-text.js';
import { WideTable } from '../../ui/layout/wide-table.js';
import { countText } from '../../values/numbers.js';
import { jsonOf } from '../../values/parse-json.js';

interface FilePreviewProps {
  scan: Scan;
  plan: ImportPlan;
  columns: readonly Column[];
  onChange(part: Partial<ImportPlan>): void;
}

/** Rows of CSV that are shown. */
const ROWS = 5;
/** Members of JSON that are shown. */
const MEMBERS = 100;

/** Shows the beginning of a file, and the types that were found. */
export function FilePreview({ scan, plan, columns, onChange }: FilePreviewProps): ReactNode {
  const { sample, source, members } = scan;
  const first = useMemo(() => {
    const item = sample[plan.firstRow === 'names' ? 1 : 0];
    return source.kind === 'csv' && item ? converter(plan)(item) : undefined;
  }, [sample, source, plan]);
  if (source.kind !== 'csv') return <Members members={members} count={scan.count} />;
  return (
    <Stack>
      <TablePreview
        table={sample
          .slice(0, ROWS + (plan.firstRow === 'names' ? 1 : 0))
          .map(({ cells = [] }) => cells.map((cell) => cell ?? ''))}
        firstRow={plan.firstRow}
        onFirstRow={(firstRow) => onChange({ firstRow, assignments: proposePlan(scan, columns, firstRow).assignments })}
        assignments={plan.assignments}
        onAssignment={(index, assignment) => onChange({ assignments: plan.assignments.with(index, assignment) })}
        columns={columns}
      />
      {first && (
        <>
          <Text size="sm" fw={600}>
            The first record
          </Text>
          {'line' in first ? <JsonText value={jsonOf(first.line)} /> : <Text size="sm">{first.problem}</Text>}
        </>
      )}
    </Stack>
  );
}

function Members({ members, count }: { members: Scan['members']; count: number }): ReactNode {
  return (
    <WideTable label="Members in the file" columns={['Member', 'Types', 'In', 'Example']} minWidth="30rem">
      {members.slice(0, MEMBERS).map(({ name, types, count: found, example }) => (
        <Table.Tr key={name}>
          <Table.Td>{name}</Table.Td>
          <Table.Td>{types.join(', ')}</Table.Td>
          <Table.Td>{found === count ? 'all' : `${countText(found)} of ${countText(count)}`}</Table.Td>
          <Table.Td ff="monospace" fz="xs">
            {example}
          </Table.Td>
        </Table.Tr>
      ))}
    </WideTable>
  );
}
