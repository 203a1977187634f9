import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'wouter';

const TABS = ['data', 'history', 'references'] as const;
export type RecordTab = (typeof TABS)[number];

/** The part of a record that is shown. */
export interface RecordState {
  tab: RecordTab;
  /** The time whose data is shown; null for now. */
  asOf: string | null;
}

/** Returns the state of the view of a record, which is a part of the URL, and a function that changes it. */
export function useRecordState(): [RecordState, (change: Partial<RecordState>) => void] {
  const [params, setParams] = useSearchParams();
  const text = params.toString();
  const state = useMemo(() => readState(new URLSearchParams(text)), [text]);
  const change = useCallback(
    (part: Partial<RecordState>) =>
      setParams((current) => writeState({ ...readState(current), ...part }), { replace: true }),
    [setParams],
  );
  return [state, change];
}

function readState(params: URLSearchParams): RecordState {
  const asOf = params.get('asOf');
  return {
    tab: TABS.find((tab) => tab === params.get('tab')) ?? 'data',
    asOf: asOf === null || Number.isNaN(Date.parse(asOf)) ? null : asOf,
  };
}

function writeState({ tab, asOf }: RecordState): URLSearchParams {
  const params = new URLSearchParams();
  if (tab !== 'data') params.set('tab', tab);
  if (asOf !== null) params.set('asOf', asOf);
  return params;
}
