import { Paper, Portal } from '@mantine/core';
import { Suspense } from 'react';
import type { ReactNode } from 'react';

import { Loading } from '../feedback/loading.js';

/** Contains a dialog whose code is loaded when it is opened for the first time, and says while it is being loaded. */
export function LazyDialog({ children }: { children: ReactNode }): ReactNode {
  const loading = (
    <Portal>
      <Paper withBorder shadow="md" pos="fixed" top="5dvh" left="calc(50% - 4rem)">
        <Loading />
      </Paper>
    </Portal>
  );
  return <Suspense fallback={loading}>{children}</Suspense>;
}
