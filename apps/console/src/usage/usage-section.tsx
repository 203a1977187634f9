import { SimpleGrid, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { useSession } from '../session/session.js';
import { QueryView } from '../ui/feedback/query-view.js';
import { QuotaBar } from './quota-bar.js';
import { quotas, usageQuery } from './usage.js';

/** Shows how much of its quotas a tenant uses. */
export function UsageSection({ tenant }: { tenant: string }): ReactNode {
  const { haven, may, maySee } = useSession();
  const isAllowed = maySee() || may('operator');
  const usage = useQuery({ ...usageQuery(haven, tenant), enabled: isAllowed });
  if (!isAllowed) return null;
  return (
    <Stack component="section" aria-labelledby="usage" gap="sm">
      <Title order={2} size="h4" id="usage">
        Usage
      </Title>
      <QueryView query={usage}>
        {(data) => (
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="lg">
            {quotas.map(({ name, label, text }) => (
              <QuotaBar key={name} label={label} usage={data[name]} text={text} />
            ))}
          </SimpleGrid>
        )}
      </QueryView>
    </Stack>
  );
}
