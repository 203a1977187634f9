import { useCallback, useState } from 'react';

import { useSession } from '../../../session/session.js';
import type { ColumnSettings } from './column-order.js';

const NONE: ColumnSettings = { order: [], shown: {}, widths: {} };

/** Returns the settings of a collection, which the browser keeps, and a function that replaces them. */
export function useColumnSettings(collection: string): [ColumnSettings, (settings: ColumnSettings | null) => void] {
  const { tenant } = useSession().caller;
  const name = `haven-console-columns/${tenant}/${collection}`;
  const [settings, setSettings] = useState(() => read(name));
  const change = useCallback(
    (next: ColumnSettings | null) => {
      setSettings(next ?? NONE);
      if (next) localStorage.setItem(name, JSON.stringify(next));
      else localStorage.removeItem(name);
    },
    [name],
  );
  return [settings, change];
}

function read(name: string): ColumnSettings {
  const text = localStorage.getItem(name);
  return text === null ? NONE : { ...NONE, ...(JSON.parse(text) as ColumnSettings) }; // written above
}
