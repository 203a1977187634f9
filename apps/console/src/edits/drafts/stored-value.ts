import { useCallback, useSyncExternalStore } from 'react';

import { useSession } from '../../session/session.js';
import { whenSignedOut } from '../../session/shown-tenants.js';
import { notifyError } from '../../ui/feedback/notify.js';
import { isEqual } from '../../values/diff.js';

/** A value for each tenant that is stored in the browser: a reload or the end of the session does not lose it. */
export interface StoredValue<Value> {
  read(tenant: string): Value;
  write(tenant: string, value: Value): void;
  subscribe(listener: () => void): () => void;
}

/** The start of the names of stored values in the storage of the browser. */
const PREFIX = 'haven-console-';

// Also deletes values that were not read since the page was loaded: some views are loaded when they are opened.
whenSignedOut((tenant) => {
  for (const name of Object.keys(localStorage)) {
    const [start = '', end, ...more] = name.split('/');
    if (start.startsWith(PREFIX) && end === tenant && more.length === 0) localStorage.removeItem(name);
  }
});

/** Creates a stored value. It is deleted when the user signs out. */
export function storedValue<Value>(name: string, empty: Value): StoredValue<Value> {
  const nameOf = (tenant: string): string => `${PREFIX}${name}/${tenant}`;
  const known = new Map<string, Value>();
  const unsaved = new Set<string>();
  const listeners = new Set<() => void>();
  const notifyAll = (): void => {
    for (const listener of listeners) listener();
  };
  // Another tab has changed the value.
  const reread = ({ key }: StorageEvent): void => {
    for (const tenant of known.keys()) if (key === null || key === nameOf(tenant)) known.delete(tenant);
    notifyAll();
  };
  // Many changes at once, such as the deletion of a thousand records, are written once.
  const save = (): void => {
    for (const tenant of unsaved) {
      const value = known.get(tenant) ?? empty;
      store(nameOf(tenant), isEqual(value, empty) ? undefined : value);
    }
    unsaved.clear();
  };
  const value: StoredValue<Value> = {
    read: (tenant) => {
      if (known.has(tenant)) return known.get(tenant) as Value; // `has` says so
      const text = localStorage.getItem(nameOf(tenant));
      const read = text === null ? empty : (JSON.parse(text) as Value); // written below
      known.set(tenant, read);
      return read;
    },
    write: (tenant, next) => {
      known.set(tenant, next);
      if (unsaved.size === 0) queueMicrotask(save);
      unsaved.add(tenant);
      notifyAll();
    },
    subscribe: (listener) => {
      if (listeners.size === 0) addEventListener('storage', reread);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) removeEventListener('storage', reread);
      };
    },
  };
  whenSignedOut((tenant) => value.write(tenant, empty));
  return value;
}

/** Returns a stored value of the signed-in tenant, and a function that changes it. */
export function useStoredValue<Value>(
  stored: StoredValue<Value>,
): [Value, (change: (current: Value) => Value) => void] {
  const { tenant } = useSession().caller;
  const value = useSyncExternalStore(stored.subscribe, () => stored.read(tenant));
  const change = useCallback(
    (next: (current: Value) => Value) => stored.write(tenant, next(stored.read(tenant))),
    [stored, tenant],
  );
  return [value, change];
}

function store(name: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify(value));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    localStorage.removeItem(name); // an older value would be taken for the newest one after a reload
    notifyError(new Error('The changes are too large for the storage of this browser: a reload would lose them.'));
  }
}
