import { Alert, Button, Code, Group, NativeSelect, Paper, SegmentedControl, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';

import type { Data } from '../api/types.js';
import { JsonEditor } from '../ui/json-editor.js';
import { isEqual, isObject } from '../ui/diff.js';
import { jsonOf } from '../values/parse-json.js';
import type { Column } from './columns.js';
import { ConditionRow } from './condition-row.js';
import { columnAt, draftOf, newCondition, readDraft } from './filter-draft.js';
import type { FilterDraft } from './filter-draft.js';

interface FilterPanelProps {
  filter: Data;
  columns: readonly Column[];
  onApply(filter: Data): void;
  onClose(): void;
}

/** Builds a filter from conditions, and shows and takes its JSON. */
export function FilterPanel({ filter, columns, onApply, onClose }: FilterPanelProps): ReactNode {
  const byPath = useMemo(() => new Map(columns.map((column) => [column.path, column])), [columns]);
  const [draft, setDraft] = useState<FilterDraft | null>(() => withRow(draftOf(filter, byPath), columns));
  const [json, setJson] = useState<string | null>(draft ? null : JSON.stringify(filter, null, 2));
  const written = json === null ? undefined : jsonOf(json.trim() === '' ? '{}' : json);
  const read = json === null && draft ? readDraft(draft, byPath) : null;
  const current = json === null ? (read && 'filter' in read ? read.filter : null) : isObject(written) ? written : null;
  const fromJson = json !== null && current ? draftOf(current, byPath) : null;

  const applied = useRef(filter);
  useEffect(() => {
    if (isEqual(applied.current, filter)) return;
    applied.current = filter; // it was changed by something else, such as the Back button
    const found = withRow(draftOf(filter, byPath), columns);
    setDraft(found);
    setJson(found ? null : JSON.stringify(filter, null, 2));
  }, [filter, byPath, columns]);

  const switchTo = (mode: string): void => {
    if (mode === 'json') setJson(JSON.stringify(current ?? filter, null, 2));
    else if (fromJson) {
      setDraft(withRow(fromJson, columns));
      setJson(null);
    }
  };
  const apply = (): void => {
    if (current) {
      applied.current = current;
      onApply(current);
    } else if (draft && read && 'conditions' in read) setDraft({ ...draft, conditions: read.conditions });
  };
  return (
    <Paper withBorder p="sm" mb="sm" component="section" aria-label="Filter">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          apply();
        }}
      >
        <Stack gap="xs">
          <SegmentedControl
            size="xs"
            aria-label="How to write the filter"
            value={json === null ? 'conditions' : 'json'}
            onChange={switchTo}
            data={[
              { value: 'conditions', label: 'Conditions', disabled: json !== null && fromJson === null },
              { value: 'json', label: 'JSON' },
            ]}
            w="fit-content"
          />
          {json === null && draft ? (
            <Builder draft={draft} columns={columns} byPath={byPath} onChange={setDraft} />
          ) : (
            <JsonEditor
              label="Filter as JSON"
              value={json ?? ''}
              onChange={setJson}
              completions={columns.map(({ path }) => path)}
              maxHeight="30dvh"
              minHeight="5rem"
            />
          )}
          {json === null && current && <FilterText filter={current} />}
          {json !== null && current !== null && fromJson === null && (
            <Text size="xs" c="dimmed">
              This filter cannot be shown as conditions.
            </Text>
          )}
          {json !== null && current === null && <Alert color="orange">Enter a JSON object.</Alert>}
          <Group gap="xs">
            <Button size="xs" type="submit" disabled={json !== null && current === null}>
              Apply
            </Button>
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                applied.current = {};
                setDraft(withRow({ match: 'all', conditions: [] }, columns));
                setJson(null);
                onApply({});
              }}
            >
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

function Builder({
  draft,
  columns,
  byPath,
  onChange,
}: {
  draft: FilterDraft;
  columns: readonly Column[];
  byPath: ReadonlyMap<string, Column>;
  onChange(draft: FilterDraft): void;
}): ReactNode {
  const { match, conditions } = draft;
  return (
    <Stack gap="xs">
      {conditions.length > 1 && (
        <NativeSelect
          size="xs"
          w="fit-content"
          aria-label="Which conditions must match"
          value={match}
          data={[
            { value: 'all', label: 'All of these match' },
            { value: 'any', label: 'Any of these matches' },
          ]}
          onChange={({ currentTarget }) => onChange({ ...draft, match: currentTarget.value === 'any' ? 'any' : 'all' })}
        />
      )}
      {conditions.map((condition) => (
        <ConditionRow
          key={condition.key}
          condition={condition}
          columns={columns}
          column={columnAt(condition.path, byPath)}
          onChange={(next) =>
            onChange({ ...draft, conditions: conditions.map((other) => (other.key === next.key ? next : other)) })
          }
          onRemove={() => onChange({ ...draft, conditions: conditions.filter(({ key }) => key !== condition.key) })}
        />
      ))}
      <Button
        size="xs"
        variant="subtle"
        w="fit-content"
        leftSection={<IconPlus size={14} />}
        onClick={() => onChange({ ...draft, conditions: [...conditions, firstCondition(columns)] })}
      >
        Add a condition
      </Button>
    </Stack>
  );
}

/** Shows the filter as the API takes it. */
function FilterText({ filter }: { filter: Data }): ReactNode {
  return (
    <Code block tabIndex={0} aria-label="The filter as JSON" fz="xs">
      {JSON.stringify(filter)}
    </Code>
  );
}

/** Adds a condition to a filter that has none, so that the user can begin at once. */
function withRow(draft: FilterDraft | null, columns: readonly Column[]): FilterDraft | null {
  return draft && draft.conditions.length === 0 ? { ...draft, conditions: [firstCondition(columns)] } : draft;
}

function firstCondition(columns: readonly Column[]) {
  const column = columns.find(({ names }) => names.length > 0);
  return newCondition(column?.path ?? '', '_eq');
}
