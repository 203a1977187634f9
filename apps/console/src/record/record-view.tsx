import type { ReactNode } from 'react';

import { PageHeader } from '../ui/page-header.js';

export default function RecordView(_: { collection: string; id: string }): ReactNode {
  return <PageHeader title="RecordView" />;
}
