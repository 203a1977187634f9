import { NativeSelect, Text } from '@mantine/core';
import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { useSearchParams } from 'wouter';

import { useCollections } from '../api/collections.js';
import type { CollectionView } from '../api/types.js';
import { MissingScope } from '../session/missing-scope.js';
import { useSession } from '../session/session.js';
import { CopyButton } from '../ui/copy-button.js';
import { Empty } from '../ui/empty.js';
import { PageHeader } from '../ui/page-header.js';
import { QueryView } from '../ui/query-view.js';
import { AskForm } from './ask-form.js';
import { AskResult } from './ask-result.js';
import { readAsk, writeAsk } from './ask-state.js';
import type { Ask } from './ask-state.js';

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
      <QueryView query={collections}>
        {(all) => <CollectionAsk all={all} ask={ask} text={text} onChange={change} />}
      </QueryView>
    </>
  );
}

interface CollectionAskProps {
  all: readonly CollectionView[];
  ask: Ask;
  /** The aggregate as text, which changes with it. */
  text: string;
  onChange(ask: Ask): void;
}

function CollectionAsk({ all, ask, text, onChange }: CollectionAskProps): ReactNode {
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
          <AskForm key={text} collection={collection} ask={ask} onAsk={onChange} />
          <AskResult collection={collection} ask={ask} onChange={onChange} />
        </>
      ) : (
        <Text c="dimmed">{ask.collection === '' ? '' : `There is no collection ${ask.collection}.`}</Text>
      )}
    </>
  );
}
