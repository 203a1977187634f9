import type { ReactNode } from 'react';

import { PageHeader } from '../ui/page-header.js';

export default function Tenants(): ReactNode {
  return <PageHeader title="Tenants" />;
}
