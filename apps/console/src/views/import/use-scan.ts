import { useCallback, useEffect, useRef, useState } from 'react';

import { openFile } from '../../transfer/files/source-file.js';
import type { SourceFile } from '../../transfer/files/source-file.js';
import { scan } from '../../transfer/import/scan.js';
import type { Scan } from '../../transfer/import/scan.js';

/** How far the file that the user has chosen is read. */
export type ScanState =
  | { step: 'none' }
  | { step: 'reading'; file: File; bytes: number }
  | { step: 'read'; scan: Scan }
  | { step: 'failed'; file: File; error: unknown };

/** Milliseconds between two updates of the progress. */
const UPDATE = 100;

/** Reads a file for the preview. `read` with a changed source reads the file again, such as with another separator. */
export function useScan(): {
  state: ScanState;
  choose(file: File): void;
  read(source: SourceFile): void;
  clear(): void;
} {
  const [state, setState] = useState<ScanState>({ step: 'none' });
  const running = useRef<AbortController>(null);
  const stop = useCallback(() => running.current?.abort(), []);
  useEffect(() => stop, [stop]);
  const start = async (file: File, source: SourceFile | undefined): Promise<void> => {
    stop();
    const controller = new AbortController();
    running.current = controller;
    let shown = 0;
    setState({ step: 'reading', file, bytes: 0 });
    const show = (bytes: number): void => {
      if (performance.now() - shown < UPDATE || controller.signal.aborted) return;
      shown = performance.now();
      setState({ step: 'reading', file, bytes });
    };
    try {
      const found = await scan(source ?? (await openFile(file)), show, controller.signal);
      if (!controller.signal.aborted) setState({ step: 'read', scan: found });
    } catch (error) {
      if (!controller.signal.aborted) setState({ step: 'failed', file, error: readable(error) });
    }
  };
  return {
    state,
    choose: (file) => void start(file, undefined),
    read: (source) => void start(source.file, source),
    clear: () => {
      stop();
      setState({ step: 'none' });
    },
  };
}

/** Browsers report bytes that are not text as an error of types. */
function readable(error: unknown): unknown {
  return error instanceof TypeError
    ? new Error('The file is not text in UTF-8, or it is not a valid .gz file.')
    : error;
}
