import { NativeSelect, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { useSearchParams } from 'wouter';

import { useCollections } from '../../api/collections.js';
import type { CollectionView } from '../../api/types.js';
import { MissingScope } from '../../session/missing-scope.js';
import { useSession } from '../../session/session.js';
import { CopyButton } from '../../ui/buttons/copy-button.js';
import { Empty } from '../../ui/feedback/empty.js';
import { QueryView } from '../../ui/feedback/query-view.js';
import { PageHeader } from '../../ui/layout/page-header.js';
import { isEqual } from '../../values/diff.js';
import { bodyOf } from './ask-body.js';
import { readAsk, writeAsk } from './ask-state.js';
import type { Ask } from './ask-state.js';
import { AskForm } from './form/ask-form.js';
import { aggregatesKey } from './result/aggregate-query.js';
import { AskResult } from './result/ask-result.js';

/** Groups records, computes values of each group, and shows them as a table and as a chart. */
export default function AskView(): ReactNode {
  const { may } = useSession();
  const collections = useCollections();
  const [params, setParams] = useSearchParams();
  const text = params.toString();
  const ask = useMemo(() => readAsk(new URLSearchParams(text)), [text]);
  const change = (next: Ask): void => setParams(writeAsk(next));
  if (!may('records:read'))
    return <MissingScope view="Ask" title="You may not read records" scopes={['records:read']} />;
  return (
    <>
      <PageHeader title="Ask" text="Count, sum and compare records, by group.">
        {ask.collection !== '' && <CopyButton text={location.href} label="Copy the link" />}
      </PageHeader>
      <QueryView query={collections}>{(all) => <CollectionAsk all={all} ask={ask} onChange={change} />}</QueryView>
    </>
  );
}

interface CollectionAskProps {
  all: readonly CollectionView[];
  ask: Ask;
  onChange(ask: Ask): void;
}

function CollectionAsk({ all, ask, onChange }: CollectionAskProps): ReactNode {
  const queries = useQueryClient();
  // An aggregate that was computed before is computed again: the records may have changed since.
  const compute = (next: Ask): void => {
    const isSame = next.collection === ask.collection && isEqual(bodyOf(next), bodyOf(ask));
    const queryKey = aggregatesKey(next.collection);
    void queries.invalidateQueries({ queryKey, refetchType: isSame ? 'active' : 'none' });
    if (formKey(next) !== formKey(ask)) onChange({ ...next, chart: ask.chart });
  };
  if (all.length === 0) return <Empty title="There are no collections yet" />;
  const collection = all.find(({ name }) => name === ask.collection);
  return (
    <>
      <NativeSelect
        label="Collection"
        value={collection?.name ?? ''}
        data={[{ value: '', label: 'Choose a collection' }, ...all.map(({ name }) => ({ value: name, label: name }))]}
        onChange={({ currentTarget }) => onChange(readAsk(new URLSearchParams({ collection: currentTarget.value })))}
        maw="20rem"
        mb="md"
      />
      {collection ? (
        <>
          <AskForm key={formKey(ask)} collection={collection} ask={ask} onAsk={compute} />
          <AskResult ask={ask} onChange={onChange} />
        </>
      ) : (
        <Text c="dimmed">{ask.collection === '' ? '' : `There is no collection ${ask.collection}.`}</Text>
      )}
    </>
  );
}

/** Identifies what the form shows. The type of the chart is chosen beside the chart. */
function formKey(ask: Ask): string {
  return writeAsk({ ...ask, chart: 'bars' }).toString();
}
