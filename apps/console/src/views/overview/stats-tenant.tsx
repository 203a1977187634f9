import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { tenantsQuery } from '../../api/tenants.js';
import { useSession } from '../../session/session.js';

/** The value that stands for all tenants. */
export const ALL_TENANTS = 'all';

/** Lets operators choose the tenant whose overview is shown. */
export function StatsTenant({ value, onChange }: { value: string; onChange(tenant: string): void }): ReactNode {
  const { haven, caller, may } = useSession();
  const isOperator = may('operator') && !caller.collections;
  const tenants = useQuery({ ...tenantsQuery(haven), enabled: isOperator });
  if (!isOperator || tenants.isError) return null;
  const options = tenants.data?.map(({ id, name }) => ({ value: id, label: name })) ?? [];
  return (
    <Select
      aria-label="Tenant of the overview"
      data={[{ value: ALL_TENANTS, label: 'All tenants' }, ...options]}
      value={value}
      onChange={(tenant) => tenant !== null && onChange(tenant)}
      allowDeselect={false}
      searchable
      limit={100}
      disabled={tenants.isPending}
      comboboxProps={{ keepMounted: false }} // a closed list needs no place to be computed
    />
  );
}
