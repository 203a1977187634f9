const NAME = 'haven-console-tenants';

/** Returns the ids of the tenants whose data this tab has shown since the user signed in. */
export function shownTenants(): string[] {
  const text = sessionStorage.getItem(NAME);
  return text === null ? [] : (JSON.parse(text) as string[]); // written below
}

export function addShownTenant(tenant: string): void {
  const known = shownTenants();
  if (!known.includes(tenant)) sessionStorage.setItem(NAME, JSON.stringify([...known, tenant]));
}

export function clearShownTenants(): void {
  sessionStorage.removeItem(NAME);
}
