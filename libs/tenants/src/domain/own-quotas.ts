import { invalid, isJsonObject, pointerTo } from '@haven/kernel';

const names = ['collections', 'records', 'bytes', 'keys'] as const;

/** What a tenant may have: 0 is no limit. What is not named is as configured. */
export type TenantQuotas = Partial<Record<(typeof names)[number], number>>;

/** The quotas after some are changed; null is from now on as configured. */
export function changed(quotas: TenantQuotas, changes: unknown = {}): TenantQuotas {
  if (!isJsonObject(changes as object)) throw invalidQuota('/quotas', 'must be an object');
  const all = new Map(Object.entries(quotas));
  for (const [name, amount] of Object.entries(changes as object)) {
    const pointer = pointerTo('/quotas', name);
    if (!names.some((known) => known === name))
      throw invalidQuota(pointer, `is unknown; there are: ${names.join(', ')}`);
    if (amount === null) all.delete(name);
    else if (Number.isSafeInteger(amount) && amount >= 0) all.set(name, Number(amount));
    else throw invalidQuota(pointer, 'must be a whole number, 0 or more, or null');
  }
  return Object.fromEntries(all);
}

function invalidQuota(pointer: string, detail: string) {
  return invalid('VALIDATION_FAILED', pointer, detail);
}
