import { Center } from '@mantine/core';
import type { ReactNode } from 'react';

/** Shows its content in the middle of a page that has nothing else. */
export function FullPage({ children }: { children: ReactNode }): ReactNode {
  return (
    <Center mih="100dvh" p="md">
      {children}
    </Center>
  );
}
