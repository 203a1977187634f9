import { useCallback, useEffect, useRef, useState } from 'react';

import { openResponse } from '../../api/open.js';
import { useSession } from '../../session/session.js';
import { bytesText } from '../../values/numbers.js';
import { chooseFile } from './choose-file.js';
import type { exportRequest } from './export-request.js';

/** How far an export is. */
export type ExportState =
  | { step: 'idle' }
  | { step: 'running'; bytes: number }
  | { step: 'done'; bytes: number }
  | { step: 'failed'; error: unknown };

/** Milliseconds between two updates of the progress. */
const UPDATE = 200;

/** Exports records to a file of the user, while the progress is shown. */
export function useExport(): {
  state: ExportState;
  start(request: ReturnType<typeof exportRequest>, name: string): Promise<void>;
  cancel(): void;
} {
  const { key } = useSession();
  const [state, setState] = useState<ExportState>({ step: 'idle' });
  const running = useRef<AbortController>(null);
  const cancel = useCallback(() => {
    running.current?.abort();
    running.current = null;
    setState({ step: 'idle' });
  }, []);
  useEffect(() => () => running.current?.abort(), []);
  const start = async (request: ReturnType<typeof exportRequest>, name: string): Promise<void> => {
    const file = await chooseFile(name);
    if (!file) return;
    const controller = new AbortController();
    running.current = controller;
    const { signal } = controller;
    let bytes = 0;
    let shown = 0;
    setState({ step: 'running', bytes });
    const counter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform: (chunk, output) => {
        bytes += chunk.byteLength;
        output.enqueue(chunk);
        if (performance.now() - shown < UPDATE || signal.aborted) return;
        shown = performance.now();
        setState({ step: 'running', bytes });
      },
    });
    try {
      const { body } = await openResponse({ ...request, key, signal });
      if (body) await file.write(body.pipeThrough(counter), signal);
      setState({ step: 'done', bytes });
    } catch (error) {
      if (!signal.aborted) setState({ step: 'failed', error: readableFailure(error, bytes) });
    }
  };
  return { state, start, cancel };
}

/** Browsers report a body that ended early as an error of types. Errors of the disk are of another class. */
function readableFailure(error: unknown, bytes: number): unknown {
  if (!(error instanceof TypeError)) return error;
  return new Error(`The response was interrupted after ${bytesText(bytes)}. The file was not saved; export it again.`);
}
