import { Portal } from '@mantine/core';
import type { ReactNode } from 'react';

import { Deferred } from '../ui/feedback/deferred.js';
import { LoadingPage } from './loading-page.js';
import { SessionContext } from './session.js';
import type { Session } from './session.js';

interface SessionViewsProps {
  session: Session;
  /** Covers the views while their key is refused (`useCoveredViews`); otherwise null. */
  cover: ReactNode;
  children: ReactNode;
}

/** The views of a session. */
export function SessionViews({ session, cover, children }: SessionViewsProps): ReactNode {
  return (
    <>
      <SessionContext value={session}>
        <Deferred fallback={<LoadingPage />}>{children}</Deferred>
      </SessionContext>
      {cover && (
        <Portal className="cover" reuseTargetNode={false}>
          {cover}
        </Portal>
      )}
    </>
  );
}
