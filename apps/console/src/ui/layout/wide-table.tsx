import { Box, Table } from '@mantine/core';
import type { ReactNode } from 'react';

/** A table that scrolls inside its own box where the page is too narrow for it. */
export function WideTable({
  label,
  columns,
  minWidth = '40rem',
  children,
}: {
  label: string;
  columns: readonly string[];
  minWidth?: string;
  children: ReactNode;
}): ReactNode {
  return (
    <Box tabIndex={0} role="region" aria-label={label} style={{ overflowX: 'auto' }}>
      <Table miw={minWidth} verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column} scope="col">
                {column}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </Box>
  );
}
