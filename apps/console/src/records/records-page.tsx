import { Button, Group, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconClock, IconExternalLink, IconFilter, IconTrash } from '@tabler/icons-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';

import type { CollectionView } from '../api/types.js';
import { AddRecord } from '../edits/add-record.js';
import { useDrafts } from '../edits/drafts.js';
import { PasteRows } from '../paste/paste-rows.js';
import { TimeSlider } from '../record/time-slider.js';
import { useSession } from '../session/session.js';
import { useShortcut } from '../shell/shortcuts.js';
import { ExportDialog } from '../transfer/export-dialog.js';
import { Empty } from '../ui/empty.js';
import { Loading } from '../ui/loading.js';
import { PageHeader } from '../ui/page-header.js';
import { ProblemAlert } from '../ui/problem-alert.js';
import { ordered, useColumnSettings, visibility } from './column-settings.js';
import { columnsOf } from './columns.js';
import { ColumnsMenu } from './columns-menu.js';
import { FilterPanel } from './filter-panel.js';
import { deletionOf, gridRows } from './grid-rows.js';
import { ListStatus } from './list-status.js';
import { useListState } from './list-state.js';
import { OpenRecord } from './open-record.js';
import { RecordActions } from './record-actions.js';
import { RecordsGrid } from './records-grid.js';
import { SearchField } from './search-field.js';
import { toggled } from './sort.js';
import { useRecordList } from './use-record-list.js';

/** Records of the first page from which columns are inferred. */
const SAMPLE = 50;

/** The records of a collection, with everything that selects and changes them. */
export function RecordsPage({ collection }: { collection: CollectionView }): ReactNode {
  const { name } = collection;
  const { may } = useSession();
  const [state, change] = useListState();
  const list = useRecordList(collection, state);
  const drafts = useDrafts();
  const isPast = state.asOf !== null;
  const canEdit = may('records:write', name) && !isPast;
  const own = useMemo(
    () => (isPast ? [] : drafts.all.filter((draft) => draft.collection === name)),
    [drafts.all, isPast, name],
  );
  const rows = useMemo(() => gridRows(list.records, own), [list.records, own]);

  const [settings, setSettings] = useColumnSettings(name);
  const sample = useSample(list.records);
  const columns = useMemo(() => ordered(columnsOf(collection, sample), settings), [collection, sample, settings]);
  const shown = useMemo(() => visibility(columnsOf(collection, sample), settings), [collection, sample, settings]);
  const byPath = useMemo(() => new Map(columns.map((column) => [column.path, column])), [columns]);

  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [isFiltering, filtering] = useDisclosure();
  const [isTravelling, travelling] = useDisclosure(isPast);
  const [isOpening, opening] = useDisclosure();
  const [isExporting, exporting] = useDisclosure();
  const searchField = useRef<HTMLInputElement>(null);
  const canSearch = collection.search !== null && !isPast;
  useShortcut('/', () => {
    if (canSearch) searchField.current?.focus();
    else filtering.open();
  });
  const search = useCallback((text: string) => change({ search: text }), [change]);
  const sort = useCallback(
    (path: string, keep: 'others' | 'none') => change({ sort: toggled(state.sort, path, keep) }),
    [change, state.sort],
  );
  const deleteSelected = (): void => {
    for (const row of rows.filter(({ id }) => selected.has(id))) {
      const draft = deletionOf(row, name);
      if (draft) drafts.put(draft);
      else drafts.discard(name, row.id);
    }
    setSelected(new Set());
  };
  const conditions = Object.keys(state.filter).length;
  return (
    <>
      <PageHeader title={name} text={collection.description ?? undefined}>
        <AddRecord collection={name} />
        <PasteRows collection={name} />
        <RecordActions collection={name} state={state} onExport={exporting.open} />
      </PageHeader>
      <Group gap="xs" mb="sm">
        {canSearch && <SearchField search={state.search} onSearch={search} input={searchField} />}
        <Button
          variant={conditions > 0 ? 'light' : 'default'}
          size="sm"
          leftSection={<IconFilter size={16} />}
          onClick={filtering.toggle}
          aria-expanded={isFiltering}
        >
          {conditions > 0 ? 'Filtered' : 'Filter'}
        </Button>
        <ColumnsMenu columns={columns} visibility={shown} settings={settings} onChange={setSettings} />
        <Button
          variant={isPast ? 'light' : 'default'}
          size="sm"
          leftSection={<IconClock size={16} />}
          onClick={travelling.toggle}
          aria-expanded={isTravelling}
        >
          Time
        </Button>
        <Button variant="default" size="sm" leftSection={<IconExternalLink size={16} />} onClick={opening.open}>
          Open…
        </Button>
        {selected.size > 0 && canEdit && (
          <Button variant="light" color="red" size="sm" leftSection={<IconTrash size={16} />} onClick={deleteSelected}>
            Delete {selected.size}
          </Button>
        )}
      </Group>
      {isFiltering && (
        <FilterPanel
          filter={state.filter}
          columns={columns}
          onApply={(filter) => change({ filter })}
          onClose={filtering.close}
        />
      )}
      {isTravelling && (
        <Stack mb="sm">
          <TimeSlider
            from={collection.createdAt}
            value={state.asOf}
            onChange={(asOf) => change(asOf === null ? { asOf } : { asOf, search: '' })}
          />
        </Stack>
      )}
      {list.error && <ProblemAlert error={list.error} onRetry={list.retry} />}
      {rows.length > 0 ? (
        <RecordsGrid
          collection={name}
          rows={rows}
          columns={columns}
          visibility={shown}
          sort={state.sort}
          onSort={sort}
          canEdit={canEdit}
          selected={selected}
          onSelect={setSelected}
          isComplete={list.isComplete}
          listKey={list.key}
          onNearEnd={list.readNext}
          onNearStart={list.readPrevious}
        />
      ) : (
        !list.error && (list.isLoading ? <Loading what="Loading the records…" /> : <NoRecords />)
      )}
      <ListStatus
        loaded={list.records.length}
        isComplete={list.isComplete}
        isLoading={list.isLoading}
        isTruncated={list.isTruncated}
        count={list.count}
      />
      {isOpening && <OpenRecord collection={collection} columns={byPath} onClose={opening.close} />}
      <ExportDialog
        collection={name}
        query={{ filter: state.filter, search: state.search }}
        isOpen={isExporting}
        onClose={exporting.close}
      />
    </>
  );
}

function NoRecords(): ReactNode {
  return <Empty title="No records">There are none, or none that match.</Empty>;
}

/** Returns the first records that were read, so that the columns stay while the user sorts and filters. */
function useSample(records: CollectionRecords): CollectionRecords {
  const [sample, setSample] = useState<CollectionRecords>([]);
  useEffect(() => {
    if (sample.length === 0 && records.length > 0) setSample(records.slice(0, SAMPLE));
  }, [records, sample]);
  return sample.length > 0 ? sample : records.slice(0, SAMPLE);
}

type CollectionRecords = ReturnType<typeof useRecordList>['records'];
