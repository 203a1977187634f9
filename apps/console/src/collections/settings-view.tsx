import type { ReactNode } from 'react';

import { PageHeader } from '../ui/page-header.js';

export default function CollectionSettings(_: { collection: string }): ReactNode {
  return <PageHeader title="CollectionSettings" />;
}
