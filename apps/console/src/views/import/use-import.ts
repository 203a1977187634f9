import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { SetStateAction } from 'react';

import { resetCounts } from '../../api/records-changed.js';
import type { CollectionView } from '../../api/types.js';
import { useSession } from '../../session/session.js';
import { ImportControl } from '../../transfer/import/import-control.js';
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
  /** `resume` continues an import that was stopped. */
  | { step: 'finished'; mode: Mode; result: ImportResult; resume?(): void }
  | { step: 'failed'; mode: Mode; error: unknown };

/** A part that could not be sent. */
interface Failure {
  error: unknown;
  retry(): void;
}

/** An import that runs, or that was stopped. */
interface Running {
  stop(): void;
  end(): void;
}

/** Imports a file into a collection, or executes a dry run. */
export function useImport(
  collection: CollectionView,
  scan: Scan,
): { state: ImportState; start(plan: ImportPlan, mode: Mode): Promise<void>; stop(): void; reset(): void } {
  const { key } = useSession();
  const queries = useQueryClient();
  const [state, setState] = useState<ImportState>({ step: 'ready' });
  const running = useRef<Running>(null);
  useEffect(() => () => running.current?.end(), []);
  const refresh = (): void => {
    void resetCounts(queries, collection.name);
    void queries.invalidateQueries({ queryKey: ['records'] });
    void queries.invalidateQueries({ queryKey: ['record'] });
    void queries.invalidateQueries({ queryKey: ['stats'] });
  };
  const start = async (plan: ImportPlan, mode: Mode): Promise<void> => {
    const isKnown = state.step === 'finished' && state.mode === 'check' && !state.resume;
    const known = isKnown && !canLinkWithin(collection, plan) ? state.result.bad : undefined;
    // A dry run names all bad lines, also of an import that is atomic.
    const isAtomic = plan.mode === 'atomic' && mode === 'import';
    running.current?.end();
    const control = new ImportControl();
    let progress: { items: number; result?: ImportResult } = { items: 0 };
    const current: Running = {
      stop: () => {
        if (isAtomic) control.end();
        else control.stop();
        show();
        if (mode === 'import') refresh();
      },
      end: () => control.end(),
    };
    running.current = current;
    const update = (next: SetStateAction<ImportState>): void => {
      if (running.current === current) setState(next);
    };
    const resume = (): void => {
      control.continue();
      show();
    };
    const show = (): void => {
      if (!control.signal.aborted) update({ step: 'running', mode, ...progress });
      else if (isAtomic || !progress.result) update({ step: 'ready' });
      else update({ step: 'finished', mode, result: progress.result, resume });
    };
    show();
    const run: ImportRun = {
      target: { collection: collection.name, plan, key },
      control,
      scan,
      plan,
      mode,
      known,
      hasSmallParts: hasSmallParts(collection, plan),
      onProgress: (items, result) => {
        progress = { items, result };
        show();
      },
      onFailure: (error, signal) => untilRetried(error, signal, update),
    };
    try {
      const result = await (isAtomic ? runAtomicImport(run) : runImport(run));
      update({ step: 'finished', mode, result });
    } catch (error) {
      if (control.signal.aborted) return; // it was ended
      update({ step: 'failed', mode, error });
    }
    if (mode === 'import') refresh();
  };
  return {
    state,
    start,
    stop: () => running.current?.stop(),
    reset: () => {
      running.current?.end();
      running.current = null;
      setState({ step: 'ready' });
    },
  };
}

/** Shows a failure, and resolves when the user retries, or stops the import. */
function untilRetried(
  error: unknown,
  signal: AbortSignal,
  update: (next: SetStateAction<ImportState>) => void,
): Promise<void> {
  const show = (failure: Failure | undefined): void =>
    update((before) => (before.step === 'running' ? { ...before, failure } : before));
  return new Promise((resolve) => {
    const retry = (): void => {
      show(undefined);
      resolve();
    };
    signal.addEventListener('abort', () => resolve());
    show({ error, retry });
  });
}

/**
 * Small parts let the server name all bad lines. Parts are large if records of the file can refer to each other,
 * because a line can link only to lines of its part and earlier ones.
 */
function hasSmallParts(collection: CollectionView, plan: ImportPlan): boolean {
  const { schema, indexes } = collection;
  return !canLinkWithin(collection, plan) && (schema !== null || indexes.some(({ unique }) => unique));
}
