import type { ReactNode } from 'react';

import { PageHeader } from '../ui/page-header.js';

export default function Changes(): ReactNode {
  return <PageHeader title="Changes" />;
}
