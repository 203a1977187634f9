import { Text } from '@mantine/core';
import type { ReactNode } from 'react';

import { countText } from '../../values/numbers.js';
import { MOST_DRAFTS } from './draft.js';

/** Says that more changes would be queued than can be applied together. The children say how to proceed. */
export function TooManyDrafts({ children }: { children: ReactNode }): ReactNode {
  return (
    <Text role="alert" size="sm">
      At most {countText(MOST_DRAFTS)} changes can be applied together. {children}
    </Text>
  );
}
