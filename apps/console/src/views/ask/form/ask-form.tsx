import { Button, Group, NativeSelect, NumberInput, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconFilter } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';

import { sampleQuery } from '../../../api/sample-query.js';
import type { CollectionView } from '../../../api/types.js';
import { columnsOf } from '../../../columns/collection-columns.js';
import { FilterPanel } from '../../../filter/filter-panel.js';
import { useSession } from '../../../session/session.js';
import { Time } from '../../../ui/time/time.js';
import { columnLabel } from '../ask-body.js';
import { withoutColumn, withoutGroup } from '../ask-state.js';
import type { Ask } from '../ask-state.js';
import { ColumnRows } from './column-rows.js';
import { GroupRows } from './group-rows.js';
import { HavingRows } from './having-rows.js';

interface AskFormProps {
  collection: CollectionView;
  ask: Ask;
  onAsk(ask: Ask): void;
}

/** Lets the user write an aggregate. It is computed when the user asks for it, because it may read all records. */
export function AskForm({ collection, ask, onAsk }: AskFormProps): ReactNode {
  const { haven } = useSession();
  const [draft, setDraft] = useState(ask);
  const [isFiltering, setIsFiltering] = useState(false);
  const sample = useQuery(sampleQuery(haven, collection.name));
  const columns = useMemo(() => columnsOf(collection, sample.data ?? []), [collection, sample.data]);
  const change = (part: Partial<Ask>): void => setDraft({ ...draft, ...part });
  const isFiltered = Object.keys(draft.filter).length > 0;
  return (
    <>
      <Group gap="xs" mb="sm">
        <Button
          size="xs"
          variant={isFiltered ? 'light' : 'default'}
          leftSection={<IconFilter size={14} />}
          aria-expanded={isFiltering}
          onClick={() => setIsFiltering(!isFiltering)}
        >
          {isFiltered ? 'Filtered' : 'Filter'}
        </Button>
        {draft.asOf !== null && (
          <>
            <Text size="sm">As of {Number.isNaN(Date.parse(draft.asOf)) ? draft.asOf : <Time at={draft.asOf} />}</Text>
            <Button size="xs" variant="subtle" onClick={() => onAsk({ ...draft, asOf: null })}>
              Now
            </Button>
          </>
        )}
      </Group>
      {isFiltering && (
        <FilterPanel
          filter={draft.filter}
          columns={columns}
          onApply={(filter) => onAsk({ ...draft, filter })}
          onClose={() => setIsFiltering(false)}
        />
      )}
      <Paper withBorder p="md" mb="md">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            onAsk(draft);
          }}
        >
          <SimpleGrid cols={{ base: 1, lg: 2 }}>
            <Part title="Compute">
              <ColumnRows
                computed={draft.columns}
                columns={columns}
                onChange={(next) => change({ columns: next })}
                onRemove={(index) => setDraft(withoutColumn(draft, index))}
              />
            </Part>
            <Part title="Group by">
              <GroupRows
                groups={draft.groups}
                columns={columns}
                onChange={(groups) => change({ groups })}
                onRemove={(index) => setDraft(withoutGroup(draft, index))}
              />
            </Part>
            <Part title="Conditions on the result">
              <HavingRows having={draft.having} computed={draft.columns} onChange={(having) => change({ having })} />
            </Part>
            <Part title="Order">
              <Order draft={draft} onChange={change} />
            </Part>
          </SimpleGrid>
          <Button type="submit" mt="md">
            Ask
          </Button>
        </form>
      </Paper>
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }): ReactNode {
  return (
    <Stack gap="xs">
      <Title order={2} size="h5">
        {title}
      </Title>
      {children}
    </Stack>
  );
}

function Order({ draft, onChange }: { draft: Ask; onChange(part: Partial<Ask>): void }): ReactNode {
  const fields = [
    ...draft.groups.map(({ path }, index) => ({ value: `key ${index}`, label: path })),
    ...draft.columns.map((column, index) => ({ value: `value ${index}`, label: columnLabel(column) })),
  ].filter(({ label }) => label !== '');
  const options = fields.flatMap(({ value, label }) => [
    { value, label: `${label}, ascending` },
    { value: `-${value}`, label: `${label}, descending` },
  ]);
  return (
    <Group gap="xs">
      <NativeSelect
        aria-label="Order of the groups"
        value={draft.sort}
        data={[{ value: '', label: 'By group' }, ...options]}
        onChange={({ currentTarget }) => onChange({ sort: currentTarget.value })}
      />
      <NumberInput
        aria-label="Maximum number of groups"
        placeholder="at most 100"
        value={draft.limit || ''}
        min={1}
        max={10_000}
        w="9rem"
        prefix="at most "
        onChange={(limit) => onChange({ limit: Number(limit) })}
      />
    </Group>
  );
}
