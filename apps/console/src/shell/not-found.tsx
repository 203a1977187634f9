import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { PageHeader } from '../ui/layout/page-header.js';

export function NotFound(): ReactNode {
  return (
    <PageHeader
      title="Page not found"
      text={
        <Anchor component={Link} href="/" inherit>
          Go to the overview
        </Anchor>
      }
    />
  );
}
