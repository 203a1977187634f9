import type { ReactNode } from 'react';

import { PageHeader } from '../ui/page-header.js';

export default function WebhookView(_: { id: string }): ReactNode {
  return <PageHeader title="WebhookView" />;
}
