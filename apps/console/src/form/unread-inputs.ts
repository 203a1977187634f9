import { createContext, use, useEffect, useId, useMemo, useState } from 'react';

/** Notes the ids of the inputs of a form whose texts cannot be read, so that they are missing in the document. */
interface NotedInputs {
  add(id: string): void;
  delete(id: string): void;
}

/** The inputs of a form whose texts cannot be read. A form that is submitted checks that there are none. */
export const UnreadInputs = createContext<NotedInputs | null>(null);

/** Returns whether a form has an input whose text cannot be read, and the value of the context that notes it. */
export function useUnreadInputs(): { inputs: NotedInputs; hasUnread: boolean } {
  const [unread, setUnread] = useState<readonly string[]>([]);
  const inputs = useMemo(
    () => ({
      add: (id: string) => setUnread((ids) => [...ids, id]),
      delete: (id: string) => setUnread((ids) => ids.filter((other) => other !== id)),
    }),
    [],
  );
  return { inputs, hasUnread: unread.length > 0 };
}

/** Notes whether an input has a text that cannot be read. */
export function useUnread(isUnread: boolean): void {
  const inputs = use(UnreadInputs);
  const id = useId();
  useEffect(() => {
    if (!inputs || !isUnread) return undefined;
    inputs.add(id);
    return () => {
      inputs.delete(id);
    };
  }, [id, inputs, isUnread]);
}
