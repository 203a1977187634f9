import type { ReactNode } from 'react';

import { PageHeader } from '../ui/page-header.js';

export default function Collections(): ReactNode {
  return <PageHeader title="Collections" />;
}
