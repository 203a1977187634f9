import type { ReactNode } from 'react';

import { PageHeader } from '../ui/page-header.js';

export default function Overview(): ReactNode {
  return <PageHeader title="Overview" />;
}
