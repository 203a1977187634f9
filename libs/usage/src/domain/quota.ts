import { HavenError } from '@haven/kernel';

/** Names of the quotas, which limit what a tenant may store. */
export const quotaNames = ['collections', 'records', 'bytes', 'keys', 'indexes'] as const;

export type QuotaName = (typeof quotaNames)[number];

/** An amount for each name of a quota: either what a tenant uses or what it may use. */
export type Amounts = Readonly<Record<QuotaName, number>>;

/**
 * Quotas that an operator has set for one tenant. 0 means unlimited. If a quota is absent, the one from the
 * configuration applies.
 */
export type QuotaOverrides = Partial<Amounts>;

/** Usage and limits of a tenant. A limit of Infinity means unlimited. */
export interface QuotaStatus {
  readonly used: Amounts;
  readonly limits: Amounts;
}

/** Returns the limits that apply to a tenant. */
export function limitsOf(configured: Amounts, own: QuotaOverrides): Amounts {
  const limits = { ...configured, ...own };
  const entries = quotaNames.map((name) => [name, limits[name] === 0 ? Infinity : limits[name]]);
  return Object.fromEntries(entries) as Amounts; // one entry for each name
}

/**
 * Fails with `QUOTA_EXCEEDED` if adding the amount `more` to the usage would exceed the limit. Always allows a change
 * that adds nothing.
 */
export function requireCapacity({ used, limits }: QuotaStatus, name: QuotaName, more: number): void {
  if (more <= 0 || used[name] + more <= limits[name]) return;
  throw new HavenError(
    'QUOTA_EXCEEDED',
    `The tenant may have ${limits[name]} ${name} (quotas.${name}); it has ${used[name]}, and this would add ${more}.`,
  );
}
