import { Code } from '@mantine/core';
import type { ReactNode } from 'react';

/** Number of characters of a value that are shown. Longer ones would make the page slow. */
const SHOWN = 20_000;

/** Shows a value as indented JSON. */
export function JsonText({ value }: { value: unknown }): ReactNode {
  const text = JSON.stringify(value, null, 2);
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}\n… ${text.length - SHOWN} more characters` : text;
  return (
    <Code block tabIndex={0}>
      {shown}
    </Code>
  );
}
