import { Alert, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import type { Attempt } from '../batch/attempt.js';
import { FinishButton } from './finish-button.js';

/** Says that the changes were sent, and that there was no response. They are not shown, as they may be applied. */
export function UnknownResult({ attempt }: { attempt: Attempt }): ReactNode {
  return (
    <Alert color="orange" title="The result is not known" role="alert">
      <Text size="sm" mb="sm">
        The changes were sent, and no response arrived. Finish applying them: Haven applies them if it has not done so
        yet, and never twice.
      </Text>
      <Group>
        <FinishButton attempt={attempt} />
      </Group>
    </Alert>
  );
}
