import { HavenError } from '@haven/kernel';

/** What a tenant may have only so much of. */
export const quotaNames = ['collections', 'records', 'bytes', 'keys'] as const;

export type QuotaName = (typeof quotaNames)[number];

/** So much of each. */
export type Amounts = Readonly<Record<QuotaName, number>>;

/** What an operator has set for one tenant; 0 is no limit, and what is not named is as configured. */
export type QuotaOverrides = Partial<Amounts>;

/** What a tenant has, and may have: Infinity where there is no limit. */
export interface QuotaStatus {
  readonly used: Amounts;
  readonly limits: Amounts;
}

/** The limits that hold for a tenant. */
export function limitsOf(configured: Amounts, own: QuotaOverrides): Amounts {
  const limits = { ...configured, ...own };
  const entries = quotaNames.map((name) => [name, limits[name] === 0 ? Infinity : limits[name]]);
  return Object.fromEntries(entries) as Amounts; // one of each name
}

/** Fails with `QUOTA_EXCEEDED` if there is no room for more; whoever takes nothing more may always. */
export function demandRoom({ used, limits }: QuotaStatus, name: QuotaName, more: number): void {
  if (more <= 0 || used[name] + more <= limits[name]) return;
  throw new HavenError(
    'QUOTA_EXCEEDED',
    `The tenant may have ${limits[name]} ${name} (quotas.${name}); it has ${used[name]}, and this would add ${more}.`,
  );
}
