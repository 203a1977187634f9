import type { ReactNode } from 'react';

import { Empty } from '../../../ui/feedback/empty.js';
import { Loading } from '../../../ui/feedback/loading.js';
import type { ListState } from './list-state.js';

/** Says that a list is being read, or why it has no records. */
export function EmptyList({
  isLoading,
  state,
  canAdd,
}: {
  isLoading: boolean;
  state: ListState;
  canAdd: boolean;
}): ReactNode {
  if (isLoading) return <Loading what="Loading the records…" />;
  if (state.asOf !== null) return <Empty title="No records">At that time, none matched.</Empty>;
  return Object.keys(state.filter).length === 0 && state.search === '' ? (
    <Empty title="No records yet">{canAdd && 'Add one, or import a file.'}</Empty>
  ) : (
    <Empty title="No records match">Change the filter or the search.</Empty>
  );
}
