import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';

import { useSession } from '../../../session/session.js';
import { verifyCheckpoints } from './audit.js';
import { readSavedCheckpoints } from './saved-checkpoints.js';

/** Verifies the checkpoints of the tenant, also against a file. */
export function useVerification() {
  const { haven, caller } = useSession();
  const [progress, setProgress] = useState(0);
  const stopper = useRef<AbortController>(null);
  const verification = useMutation({
    mutationFn: async (file: File | null) => {
      if (!isSecureContext)
        throw new Error('Browsers compute hashes only on pages that were loaded over HTTPS or from this machine.');
      stopper.current = new AbortController();
      setProgress(0);
      const saved = file ? readSavedCheckpoints(await file.text(), caller.tenant) : [];
      const result = await verifyCheckpoints(haven, saved, {
        signal: stopper.current.signal,
        onProgress: setProgress,
      });
      return { ...result, fileName: file?.name };
    },
  });
  const stop = (): void => {
    stopper.current?.abort();
    verification.reset();
  };
  useEffect(() => () => stopper.current?.abort(), []);
  return {
    verification,
    progress,
    verify: () => verification.mutate(null),
    compare: (file: File | null) => {
      if (file) verification.mutate(file);
    },
    stop,
  };
}
