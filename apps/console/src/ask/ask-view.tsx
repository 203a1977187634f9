import type { ReactNode } from 'react';

import { PageHeader } from '../ui/page-header.js';

export default function Ask(): ReactNode {
  return <PageHeader title="Ask" />;
}
