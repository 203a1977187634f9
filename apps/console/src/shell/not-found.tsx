import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { Empty } from '../ui/empty.js';

export function NotFound(): ReactNode {
  return (
    <Empty title="There is no such view">
      <Anchor component={Link} href="/">
        Go to the overview
      </Anchor>
    </Empty>
  );
}
