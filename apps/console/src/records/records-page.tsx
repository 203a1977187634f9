import { Box } from '@mantine/core';
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';

import type { CollectionView } from '../api/types.js';
import { LiveStatus } from '../changes/live-status.js';
import { useLiveChanges } from '../changes/use-live-changes.js';
import { AddRecord } from '../edits/add-record.js';
import { useDrafts } from '../edits/drafts.js';
import { PasteRows } from '../paste/paste-rows.js';
import { TimeSlider } from '../record/time-slider.js';
import { useSession } from '../session/session.js';
import { ExportDialog } from '../transfer/export-dialog.js';
import { Empty } from '../ui/empty.js';
import { Loading } from '../ui/loading.js';
import { PageHeader } from '../ui/page-header.js';
import { ProblemAlert } from '../ui/problem-alert.js';
import { ordered, visibility } from './column-order.js';
import { useColumnSettings } from './column-settings.js';
import { columnsOf } from './collection-columns.js';
import type { Column } from './columns.js';
import { ColumnsMenu } from './columns-menu.js';
import { FilterPanel } from './filter-panel.js';
import { gridRows } from './grid-rows.js';
import { ListActions } from './list-actions.js';
import { ListStatus } from './list-status.js';
import { useListState } from './list-state.js';
import type { ListState } from './list-state.js';
import { ListToolbar } from './list-toolbar.js';
import type { Panel } from './list-toolbar.js';
import { OpenRecord } from './open-record.js';
import { RecordsGrid } from './records-grid.js';
import { SelectionActions } from './selection-actions.js';
import { toggled } from './sort.js';
import { useGridTable } from './use-grid-table.js';
import { useRecordList } from './use-record-list.js';
import type { RecordList } from './use-record-list.js';

/** The records of a collection, with everything that selects and changes them. */
export function RecordsPage({ collection }: { collection: CollectionView }): ReactNode {
  const { name } = collection;
  const { may } = useSession();
  const [state, change] = useListState();
  const list = useRecordList(collection, state);
  const live = useLiveChanges(name, list);
  const drafts = useDrafts();
  const isPast = state.asOf !== null;
  const canEdit = may('records:write', name) && !isPast;
  const rows = useMemo(
    () => gridRows(live.records, isPast ? [] : drafts.all.filter((draft) => draft.collection === name)),
    [live.records, drafts.all, isPast, name],
  );
  const [settings, setSettings] = useColumnSettings(name);
  const sample = useSample(list.records);
  const columns = useMemo(() => ordered(columnsOf(collection, sample), settings), [collection, sample, settings]);
  const { table, shown } = useGridTable({ rows, columns, settings, onSettings: setSettings, canSelect: canEdit });
  const selected = rows.filter(({ id }) => table.state.rowSelection[id]);
  useEffect(() => table.resetRowSelection(true), [list.key]); // the rows of another list are not selected

  const [panel, setPanel] = useState<Panel | null>(isPast ? 'time' : null);
  const [dialog, setDialog] = useState<'open' | 'export' | null>(null);
  const close = useCallback(() => setDialog(null), []);
  const sort = useCallback(
    (path: string, keep: 'others' | 'none') => change({ sort: toggled(state.sort, path, keep) }),
    [change, state.sort],
  );
  return (
    <>
      <PageHeader title={name} text={collection.description ?? undefined}>
        {!isPast && <AddRecord collection={name} />}
        {!isPast && <PasteRows collection={name} />}
        <ListActions collection={name} state={state} onExport={() => setDialog('export')} />
      </PageHeader>
      <ListToolbar
        state={state}
        onChange={change}
        canSearch={collection.search !== null && !isPast}
        panel={panel}
        onPanel={setPanel}
        onOpen={() => setDialog('open')}
      >
        <ColumnsMenu
          columns={columns}
          visibility={visibility(columns, settings)}
          settings={settings}
          onChange={setSettings}
        />
        {canEdit && <SelectionActions collection={name} rows={selected} onDone={() => table.resetRowSelection(true)} />}
      </ListToolbar>
      <Panels {...{ collection, columns, panel, setPanel, state, change }} />
      {list.error && <ProblemAlert error={list.error} onRetry={list.retry} />}
      {rows.length > 0 ? (
        <RecordsGrid
          collection={name}
          table={table}
          rows={rows}
          columns={shown}
          sort={state.sort}
          onSort={sort}
          canEdit={canEdit}
          marks={live.notes}
          isComplete={list.isComplete}
          listKey={list.key}
          hasEarlier={list.hasEarlier}
          onNearEnd={list.readNext}
          onNearStart={list.readPrevious}
        />
      ) : (
        !list.error && <NoRows list={list} state={state} canAdd={canEdit} />
      )}
      <ListStatus list={list}>
        <LiveStatus live={live} />
      </ListStatus>
      {dialog === 'open' && <OpenRecord collection={collection} columns={columns} onClose={close} />}
      <ExportDialog
        collection={name}
        query={{ filter: state.filter, search: state.search, asOf: state.asOf }}
        isOpen={dialog === 'export'}
        onClose={close}
      />
    </>
  );
}

function Panels({
  collection,
  columns,
  panel,
  setPanel,
  state,
  change,
}: {
  collection: CollectionView;
  columns: readonly Column[];
  panel: Panel | null;
  setPanel(panel: Panel | null): void;
  state: ListState;
  change(change: Partial<ListState>): void;
}): ReactNode {
  return (
    <>
      {panel === 'filter' && (
        <FilterPanel
          filter={state.filter}
          columns={columns}
          onApply={(filter) => change({ filter })}
          onClose={() => setPanel(null)}
        />
      )}
      {/* The time stays visible while the list is not the current one. */}
      {(panel === 'time' || state.asOf !== null) && (
        <Box mb="sm">
          <TimeSlider
            from={collection.createdAt}
            value={state.asOf}
            onChange={(asOf) => change(asOf === null ? { asOf } : { asOf, search: '' })}
          />
        </Box>
      )}
    </>
  );
}

function NoRows({ list, state, canAdd }: { list: RecordList; state: ListState; canAdd: boolean }): ReactNode {
  if (list.isLoading) return <Loading what="Loading the records…" />;
  const isAll = Object.keys(state.filter).length === 0 && state.search === '';
  if (state.asOf !== null) return <Empty title="No records">At that time, none matched.</Empty>;
  return isAll ? (
    <Empty title="No records yet">{canAdd && 'Add one, or import a file.'}</Empty>
  ) : (
    <Empty title="No records match">Change the filter or the search.</Empty>
  );
}

/** Records of the first page from which columns are inferred. */
const SAMPLE = 50;

/** Returns the first records that were read, so that the columns stay while the user sorts and filters. */
function useSample(records: RecordList['records']): RecordList['records'] {
  const [sample, setSample] = useState<RecordList['records']>([]);
  useEffect(() => {
    if (sample.length === 0 && records.length > 0) setSample(records.slice(0, SAMPLE));
  }, [records, sample]);
  return sample;
}
