import type { ReactNode } from 'react';

import { PageHeader } from '../ui/page-header.js';

export default function Import(_: { collection: string }): ReactNode {
  return <PageHeader title="Import" />;
}
