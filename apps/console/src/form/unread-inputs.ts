import { createContext, use, useEffect, useId } from 'react';

/**
 * Ids of the inputs of a form that have texts that cannot be read, so that they are missing in the document. A form
 * that is submitted checks that there are none.
 */
export const UnreadInputs = createContext<Set<string> | null>(null);

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
