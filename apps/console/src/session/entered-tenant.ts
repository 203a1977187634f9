const NAME = 'haven-console-entered';

/** A tenant whose data an operator sees, with a key that was created for it. */
export interface EnteredTenant {
  /** Id of the tenant. */
  tenant: string;
  /** The key of that tenant that this tab uses. */
  key: string;
  /** The key of the operator, to go back to; null if the server needs none. */
  operatorKey: string | null;
}

/** Returns the tenant that the operator has entered in this tab. It is stored nowhere else. */
export function storedEntered(): EnteredTenant | null {
  const text = sessionStorage.getItem(NAME);
  return text === null ? null : (JSON.parse(text) as EnteredTenant); // written below
}

export function storeEntered(entered: EnteredTenant | null): void {
  if (entered === null) sessionStorage.removeItem(NAME);
  else sessionStorage.setItem(NAME, JSON.stringify(entered));
}
