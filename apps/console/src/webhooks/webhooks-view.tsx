import type { ReactNode } from 'react';

import { PageHeader } from '../ui/page-header.js';

export default function Webhooks(): ReactNode {
  return <PageHeader title="Webhooks" />;
}
