import { Anchor, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import type { Data } from '../../../api/types.js';
import { collectionPath } from '../../../labels/paths.js';
import { previewOf } from '../../../values/preview.js';
import { columnLabel, columnNames, groupNames } from '../ask-body.js';
import type { Ask, GroupField } from '../ask-state.js';
import { keyText } from './chart-data.js';
import type { AggregateGroup, AggregateResult } from './chart-data.js';

interface ResultTableProps {
  ask: Ask;
  result: AggregateResult;
}

/** The groups and their values. */
export function ResultTable({ ask, result }: ResultTableProps): ReactNode {
  const groups = ask.groups.filter(({ path }) => path !== '');
  const names = groupNames(groups);
  const columns = columnNames(ask.columns);
  // Periods are not equal to a value, so only groups of values lead to their records.
  const canOpen = groups.length > 0 && groups.every(({ bucket, path }) => bucket === null && !path.startsWith('$'));
  return (
    <Table.ScrollContainer minWidth={320} mah="60dvh" type="native" tabIndex={0} role="region" aria-label="Result">
      <Table stickyHeader highlightOnHover verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            {groups.map(({ path, bucket }, index) => (
              <Table.Th key={names[index]} scope="col">
                {bucket === null ? path : `${path} by ${bucket}`}
              </Table.Th>
            ))}
            {ask.columns.map((column, index) => (
              <Table.Th key={columns[index]} scope="col" ta="right">
                {columnLabel(column)}
              </Table.Th>
            ))}
            {canOpen && <Table.Th scope="col">Records</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {result.groups.map((group, row) => (
            <Table.Tr key={row}>
              {names.map((name) => (
                <Table.Td key={name}>
                  <Key value={group.key[name]} />
                </Table.Td>
              ))}
              {columns.map((name) => (
                <Table.Td key={name} ta="right" style={{ fontVariantNumeric: 'tabular-nums' }}>
                  {valueText(group, name)}
                </Table.Td>
              ))}
              {canOpen && (
                <Table.Td>
                  <Anchor
                    component={Link}
                    href={recordsPath(ask, groups, group.key)}
                    aria-label={`Show the records of ${names.map((name) => keyText(group.key[name])).join(', ')}`}
                  >
                    Show
                  </Anchor>
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** The value that the records of a group have in common; a dimmed text if they have none. */
function Key({ value }: { value: unknown }): ReactNode {
  if (value !== null && value !== undefined) return keyText(value);
  return (
    <Text span inherit c="dimmed" fs="italic">
      none
    </Text>
  );
}

/** The value as the JSON has it, and how many values were not used because of their type. */
function valueText({ values, ignored }: AggregateGroup, name: string): string {
  const value = values[name];
  const text = typeof value === 'string' ? value : previewOf(value, 200).text;
  const unused = ignored[name];
  return unused === undefined ? text : `${text} (${unused} ignored)`;
}

/** Returns the path of the list with the records of a group. */
function recordsPath(ask: Ask, groups: readonly GroupField[], key: Data): string {
  const parts = groups.map(({ path }): Data => {
    const value = key[path];
    return { [path]: value === null || value === undefined ? { _isNull: true } : { _eq: value } };
  });
  const all = [...(Object.keys(ask.filter).length > 0 ? [ask.filter] : []), ...parts];
  const filter = all.length === 1 ? all[0] : { _and: all };
  const params = new URLSearchParams({ filter: JSON.stringify(filter), ...(ask.asOf !== null && { asOf: ask.asOf }) });
  return `${collectionPath(ask.collection)}?${params}`;
}
