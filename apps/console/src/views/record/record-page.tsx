import { Box, Tabs } from '@mantine/core';
import type { ReactNode } from 'react';

import { useVersionTimes } from '../../api/record-history.js';
import type { CollectionView, RecordView } from '../../api/types.js';
import { useDrafts } from '../../edits/drafts/drafts.js';
import { TimeSlider } from '../../ui/time/time-slider.js';
import { RecordActions } from './actions/record-actions.js';
import { RecordEditor } from './editor/record-editor.js';
import { HistoryView } from './history/history-view.js';
import { LastChange } from './last-change.js';
import { PastRecord } from './past-record.js';
import { RecordHeader } from './record-header.js';
import { useRecordState } from './record-state.js';
import type { RecordTab } from './record-state.js';
import { ReferencesView } from './references/references-view.js';

/** Shows a record that exists: its data now or at another time, its versions, and what it refers to. */
export function RecordPage({ collection, record }: { collection: CollectionView; record: RecordView }): ReactNode {
  const [{ tab, asOf }, setState] = useRecordState();
  const draft = useDrafts().of(record.collection, record.id);
  const marks = useVersionTimes(record);
  return (
    <>
      <RecordHeader collection={record.collection} id={record.id} data={record.data}>
        <RecordActions collection={collection} record={record} draft={draft} />
      </RecordHeader>
      <LastChange record={record} />
      <Tabs value={tab} onChange={(next) => setState({ tab: (next ?? 'data') as RecordTab })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="data">Data</Tabs.Tab>
          <Tabs.Tab value="history">History</Tabs.Tab>
          <Tabs.Tab value="references">References</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="data">
          <Box mb="md">
            <TimeSlider from={record.createdAt} value={asOf} onChange={(at) => setState({ asOf: at })} marks={marks} />
          </Box>
          {asOf === null ? (
            <RecordEditor collection={collection} record={record} draft={draft} />
          ) : (
            <PastRecord collection={collection} current={record} asOf={asOf} />
          )}
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <HistoryView name={record.collection} id={record.id} current={record} />
        </Tabs.Panel>
        <Tabs.Panel value="references">
          <ReferencesView collection={collection} record={record} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
