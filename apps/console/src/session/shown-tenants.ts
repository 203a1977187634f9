const NAME = 'haven-console-tenants';

/** Functions that are called when the user signs out, to delete the data that they keep in the browser. */
const onSignOut = new Set<(tenantId: string) => void>();

/** Calls `listener` when the user signs out, with the id of each tenant whose data the tab has shown. */
export function whenSignedOut(listener: (tenantId: string) => void): void {
  onSignOut.add(listener);
}

/** Has the data of all tenants deleted that this tab has shown since the user signed in. */
export function signOutOfTenants(): void {
  for (const tenant of shownTenants()) for (const listener of onSignOut) listener(tenant);
  sessionStorage.removeItem(NAME);
}

export function addShownTenant(tenant: string): void {
  const known = shownTenants();
  if (!known.includes(tenant)) sessionStorage.setItem(NAME, JSON.stringify([...known, tenant]));
}

function shownTenants(): string[] {
  const text = sessionStorage.getItem(NAME);
  return text === null ? [] : (JSON.parse(text) as string[]); // written above
}
