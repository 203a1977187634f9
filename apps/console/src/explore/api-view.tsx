import type { ReactNode } from 'react';

import { PageHeader } from '../ui/page-header.js';

export default function Api(): ReactNode {
  return <PageHeader title="Api" />;
}
