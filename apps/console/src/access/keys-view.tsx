import type { ReactNode } from 'react';

import { PageHeader } from '../ui/page-header.js';

export default function Keys(): ReactNode {
  return <PageHeader title="Keys" />;
}
