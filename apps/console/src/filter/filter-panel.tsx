import { Alert, Button, Code, Group, Paper, SegmentedControl, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import type { Data } from '../api/types.js';
import type { Column } from '../columns/columns.js';
import { JsonEditor } from '../ui/json/json-editor.js';
import { FilterBuilder } from './filter-builder.js';
import { useFilterEditor } from './use-filter-editor.js';

interface FilterPanelProps {
  filter: Data;
  columns: readonly Column[];
  onApply(filter: Data): void;
  onClose(): void;
}

/** Edits a filter as conditions, of which it shows the JSON, or as JSON. */
export function FilterPanel({ filter, columns, onApply, onClose }: FilterPanelProps): ReactNode {
  const editor = useFilterEditor(filter, columns, onApply);
  const { draft, json, problem, current, hasConditions } = editor;
  const isJson = json !== undefined;
  return (
    <Paper withBorder p="sm" mb="sm" component="section" aria-label="Filter">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          editor.apply();
        }}
      >
        <Stack gap="xs">
          <SegmentedControl<'conditions' | 'json'>
            size="xs"
            aria-label="How to write the filter"
            value={isJson ? 'json' : 'conditions'}
            onChange={editor.switchTo}
            data={[
              { value: 'conditions', label: 'Conditions', disabled: !hasConditions },
              { value: 'json', label: 'JSON' },
            ]}
            w="fit-content"
          />
          {draft ? (
            <FilterBuilder draft={draft} columns={columns} onChange={editor.change} />
          ) : (
            <JsonEditor
              label="Filter as JSON"
              value={json ?? ''}
              onChange={editor.changeJson}
              completions={columns.map(({ path }) => path)}
              maxHeight="30dvh"
              minHeight="5rem"
            />
          )}
          {!isJson && current && (
            <Code block tabIndex={0} aria-label="The filter as JSON" fz="xs">
              {JSON.stringify(current)}
            </Code>
          )}
          {current !== null && !hasConditions && (
            <Text size="xs" c="dimmed">
              This filter cannot be shown as conditions.
            </Text>
          )}
          {problem !== null && <Alert color="orange">{problem}</Alert>}
          <Group gap="xs">
            <Button size="xs" type="submit" disabled={isJson && current === null}>
              Apply
            </Button>
            <Button size="xs" variant="default" onClick={editor.clear}>
              Clear
            </Button>
            <Button size="xs" variant="subtle" onClick={onClose}>
              Close
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}
