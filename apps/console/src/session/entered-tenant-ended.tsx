import { Button, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

import { FullPage } from '../ui/layout/full-page.js';

/** Says that the key with which an operator has entered a tenant works no longer. */
export function EnteredTenantEnded({ onLeave }: { onLeave(): void }): ReactNode {
  return (
    <FullPage>
      <Paper component="main" withBorder p="xl" maw="26rem" w="100%">
        <Stack>
          <Title order={1} size="h2">
            Your access to this tenant has ended
          </Title>
          <Text>The key with which you opened it has expired or was revoked, or the tenant was suspended.</Text>
          <Button onClick={onLeave}>Go back to your own tenant</Button>
        </Stack>
      </Paper>
    </FullPage>
  );
}
