import { Group } from '@mantine/core';
import type { ReactNode } from 'react';

/** The buttons of a dialog. They stay visible while a long dialog is scrolled. */
export function DialogActions({ children }: { children: ReactNode }): ReactNode {
  return (
    <Group justify="flex-end" pos="sticky" bottom={0} py="sm" bg="var(--mantine-color-body)" style={{ zIndex: 1 }}>
      {children}
    </Group>
  );
}
