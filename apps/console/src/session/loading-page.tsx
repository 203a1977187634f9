import type { ReactNode } from 'react';

import { Loading } from '../ui/feedback/loading.js';
import { FullPage } from '../ui/layout/full-page.js';

/** Is shown until the caller is known and its first view is rendered. */
export function LoadingPage(): ReactNode {
  return (
    <FullPage>
      <Loading />
    </FullPage>
  );
}
