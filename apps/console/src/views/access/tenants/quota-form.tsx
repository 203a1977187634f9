import { Button, Group, NumberInput, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { useChangeTenant } from '../../../api/tenants.js';
import type { TenantView } from '../../../api/tenants.js';
import { notify } from '../../../ui/feedback/notify.js';
import { ProblemAlert } from '../../../ui/feedback/problem-alert.js';
import { quotas } from '../../../usage/usage.js';
import type { QuotaName } from '../../../usage/usage.js';

/** Sets quotas of a tenant in place of the configured ones. */
export function QuotaForm({ tenant }: { tenant: TenantView }): ReactNode {
  const [changes, setChanges] = useState<Partial<Record<QuotaName, number | null>>>({});
  const change = useChangeTenant(tenant, () => {
    setChanges({});
    notify('The quotas are saved.');
  });
  const isChanged = quotas.some(({ name }) => name in changes && changes[name] !== tenant.quotas[name]);
  const submit = (event: { preventDefault(): void }): void => {
    event.preventDefault();
    change.mutate({ quotas: changes });
  };
  return (
    <form onSubmit={submit}>
      <Stack component="section" aria-labelledby="quotas" gap="sm">
        <Title order={2} size="h4" id="quotas">
          Quotas of this tenant
        </Title>
        <Text size="sm" c="dimmed">
          An empty field means the quota of the configuration, 0 means no limit.
        </Text>
        <SimpleGrid cols={{ base: 1, xs: 2, lg: 5 }}>
          {quotas.map(({ name, label }) => {
            const value = name in changes ? changes[name] : tenant.quotas[name];
            return (
              <NumberInput
                key={name}
                label={name === 'bytes' ? `${label}, in bytes` : label}
                placeholder="as configured"
                min={0}
                allowDecimal={false}
                thousandSeparator=","
                hideControls
                value={value ?? ''}
                onChange={(next) => setChanges({ ...changes, [name]: next === '' ? null : Number(next) })}
              />
            );
          })}
        </SimpleGrid>
        {change.error && <ProblemAlert error={change.error} />}
        <Group>
          <Button type="submit" variant="default" disabled={!isChanged} loading={change.isPending}>
            Save quotas
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
