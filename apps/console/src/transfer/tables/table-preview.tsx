import { Autocomplete, Checkbox, NativeSelect, Stack, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import type { Column } from '../../columns/columns.js';
import { shorten } from '../../values/shorten.js';
import type { Assignment } from './assignments.js';
import type { CellType } from './cell-types.js';
import type { Table as Cells } from './read-table.js';

/** Number of rows that are shown. */
const SHOWN = 5;

const TYPES: { value: CellType; label: string }[] = [
  { value: 'text', label: 'Text' },
  { value: 'number', label: 'Number' },
  { value: 'boolean', label: 'True or false' },
  { value: 'json', label: 'JSON' },
];

interface TablePreviewProps {
  table: Cells;
  firstRow: 'names' | 'values';
  onFirstRow(firstRow: 'names' | 'values'): void;
  assignments: readonly Assignment[];
  onAssignment(index: number, assignment: Assignment): void;
  columns: readonly Column[];
}

/** Shows the first rows of a pasted table, and lets the user choose the members and the types of its columns. */
export function TablePreview(props: TablePreviewProps): ReactNode {
  const { table, firstRow, onFirstRow, assignments, onAssignment, columns } = props;
  const rows = firstRow === 'names' ? table.slice(1) : table;
  const paths = columns.map(({ path }) => path);
  return (
    <Stack gap="xs">
      <Checkbox
        label="The first row has the names of the columns"
        checked={firstRow === 'names'}
        onChange={(event) => onFirstRow(event.currentTarget.checked ? 'names' : 'values')}
      />
      <Table.ScrollContainer
        minWidth={assignments.length * 160}
        type="native"
        tabIndex={0}
        role="region"
        aria-label="Preview"
      >
        <Table withColumnBorders verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              {assignments.map((assignment, index) => (
                <Table.Th key={index} scope="col" miw={150}>
                  <Autocomplete
                    size="xs"
                    aria-label={`Member of column ${index + 1}`}
                    placeholder="Left out"
                    data={paths}
                    value={assignment.path}
                    onChange={(path) => onAssignment(index, { ...assignment, path })}
                  />
                  <NativeSelect
                    size="xs"
                    mt={4}
                    aria-label={`Type of column ${index + 1}`}
                    data={TYPES}
                    value={assignment.type}
                    onChange={(event) => {
                      const type = TYPES.find(({ value }) => value === event.currentTarget.value)?.value ?? 'text';
                      onAssignment(index, { ...assignment, type });
                    }}
                  />
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.slice(0, SHOWN).map((row, index) => (
              <Table.Tr key={index}>
                {row.map((cell, column) => (
                  <Table.Td key={column}>{shorten(cell, 60)}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {rows.length > SHOWN && (
        <Text size="sm" c="dimmed">
          and {rows.length - SHOWN} more rows
        </Text>
      )}
    </Stack>
  );
}
