import { Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** Says that more than one column of a table sets the same member, if there is such a member. */
export function SharedMember({ path }: { path: string | undefined }): ReactNode {
  if (path === undefined) return null;
  return (
    <Text size="sm" role="alert">
      More than one column sets {path}. Leave all but one out, or change the names of the members.
    </Text>
  );
}
