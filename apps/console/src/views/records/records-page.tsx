import { lazy, useCallback, useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';

import type { CollectionView } from '../../api/types.js';
import { columnsOf } from '../../columns/collection-columns.js';
import { AddRecord } from '../../edits/add/add-record.js';
import { useDrafts } from '../../edits/drafts/drafts.js';
import { useSession } from '../../session/session.js';
import { PasteRows } from '../../transfer/paste/paste-rows.js';
import { LazyDialog } from '../../ui/dialogs/lazy-dialog.js';
import { ProblemAlert } from '../../ui/feedback/problem-alert.js';
import { PageHeader } from '../../ui/layout/page-header.js';
import { ordered, visibility } from './columns/column-order.js';
import { useColumnSettings } from './columns/column-settings.js';
import { ColumnsMenu } from './columns/columns-menu.js';
import { toggled } from './columns/sort.js';
import { gridRows } from './grid/grid-rows.js';
import { RecordsGrid } from './grid/records-grid.js';
import { useGridTable } from './grid/use-grid-table.js';
import { EmptyList } from './list/empty-list.js';
import { ListActions } from './list/list-actions.js';
import { ListPanels } from './list/list-panels.js';
import type { Panel } from './list/list-panels.js';
import { useListState } from './list/list-state.js';
import { ListStatus } from './list/list-status.js';
import { ListToolbar } from './list/list-toolbar.js';
import { SelectionActions } from './list/selection-actions.js';
import { useRecordList } from './list/use-record-list.js';
import { useSample } from './list/use-sample.js';
import { LiveStatus } from './live/live-status.js';
import { useLiveChanges } from './live/use-live-changes.js';

/** Dialogs are loaded when they are opened for the first time. */
const ExportDialog = lazy(() => import('../../transfer/export/export-dialog.js'));
const OpenRecordDialog = lazy(() => import('./list/open-record-dialog.js'));

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
      <ListPanels
        collection={collection}
        columns={columns}
        panel={panel}
        onPanel={setPanel}
        state={state}
        onChange={change}
      />
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
        !list.error && <EmptyList isLoading={list.isLoading} state={state} canAdd={canEdit} />
      )}
      <ListStatus list={list}>
        <LiveStatus live={live} />
      </ListStatus>
      <LazyDialog>
        {dialog === 'open' && <OpenRecordDialog collection={collection} columns={columns} onClose={close} />}
        {dialog === 'export' && (
          <ExportDialog
            collection={name}
            query={{ filter: state.filter, search: state.search, asOf: state.asOf }}
            onClose={close}
          />
        )}
      </LazyDialog>
    </>
  );
}
