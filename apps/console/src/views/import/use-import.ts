import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';

import { resetCounts } from '../../api/records-changed.js';
import type { CollectionView } from '../../api/types.js';
import { useSession } from '../../session/session.js';
import { runAtomicImport, runImport } from '../../transfer/import/import-run.js';
import type { ImportResult, ImportRun } from '../../transfer/import/import-run.js';
import { canLinkWithin } from '../../transfer/import/plan.js';
import type { ImportPlan } from '../../transfer/import/plan.js';
import type { Scan } from '../../transfer/import/scan.js';

type Mode = ImportRun['mode'];

/** How far an import is, or its dry run. */
export type ImportState =
  | { step: 'ready' }
  | { step: 'running'; mode: Mode; items: number; result?: ImportResult; failure?: Failure }
  | { step: 'finished'; mode: Mode; result: ImportResult; isCancelled: boolean }
  | { step: 'failed'; mode: Mode; error: unknown };

/** A part that could not be sent. */
interface Failure {
  error: unknown;
  retry(): void;
}

/** Imports a file into a collection, or executes a dry run. */
export function useImport(
  collection: CollectionView,
  scan: Scan,
): { state: ImportState; start(plan: ImportPlan, mode: Mode): Promise<void>; cancel(): void; reset(): void } {
  const { key } = useSession();
  const queries = useQueryClient();
  const [state, setState] = useState<ImportState>({ step: 'ready' });
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);
  const start = async (plan: ImportPlan, mode: Mode): Promise<void> => {
    const isKnown = state.step === 'finished' && state.mode === 'check' && !state.isCancelled;
    const known = isKnown && !canLinkWithin(collection, plan) ? state.result.bad : undefined;
    // A dry run names all bad lines, also of an import that is atomic.
    const isAtomic = plan.mode === 'atomic' && mode === 'import';
    const controller = new AbortController();
    running.current = controller;
    const { signal } = controller;
    let last: ImportResult | undefined;
    setState({ step: 'running', mode, items: 0 });
    const run: ImportRun = {
      target: { collection: collection.name, plan, key, signal },
      scan,
      plan,
      mode,
      known,
      hasSmallParts: hasSmallParts(collection),
      onProgress: (items, result) => {
        last = result;
        if (!signal.aborted) setState({ step: 'running', mode, items, result });
      },
      onFailure: (error) =>
        new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('Cancelled.')));
          const retry = (): void => {
            setState((current) => (current.step === 'running' ? { ...current, failure: undefined } : current));
            resolve();
          };
          setState((current) => (current.step === 'running' ? { ...current, failure: { error, retry } } : current));
        }),
    };
    try {
      const result = await (isAtomic ? runAtomicImport(run) : runImport(run));
      setState({ step: 'finished', mode, result, isCancelled: false });
    } catch (error) {
      if (signal.aborted && last && !isAtomic) setState({ step: 'finished', mode, result: last, isCancelled: true });
      else if (signal.aborted) setState({ step: 'ready' });
      else setState({ step: 'failed', mode, error });
    }
    if (mode === 'check') return;
    void resetCounts(queries, collection.name);
    void queries.invalidateQueries({ queryKey: ['records'] });
    void queries.invalidateQueries({ queryKey: ['record'] });
    void queries.invalidateQueries({ queryKey: ['stats'] });
  };
  return {
    state,
    start,
    cancel: () => running.current?.abort(),
    reset: () => setState({ step: 'ready' }),
  };
}

/** Parts are large if the collection has references: a line can link only to lines of its part and earlier ones. */
function hasSmallParts({ schema, indexes, references }: CollectionView): boolean {
  return references.length === 0 && (schema !== null || indexes.some(({ unique }) => unique));
}
