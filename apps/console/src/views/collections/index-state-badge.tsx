import { Badge } from '@mantine/core';
import type { ReactNode } from 'react';

import { stateText } from './index-states.js';
import type { BuildState } from './index-states.js';

const COLORS = { ready: 'teal.9', building: 'blue.9', checking: 'blue.9', failed: 'red.9' } as const;

/** Shows the state of an index. */
export function IndexStateBadge({ state }: { state: BuildState }): ReactNode {
  return (
    <Badge radius="sm" tt="none" color={COLORS[state.state]}>
      {stateText(state)}
    </Badge>
  );
}
