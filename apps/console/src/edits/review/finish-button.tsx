import { Button, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import { useSession } from '../../session/session.js';
import { notifyError } from '../../ui/feedback/notify.js';
import { countOf } from '../../values/numbers.js';
import type { Attempt } from '../batch/attempt.js';
import { useApply } from '../batch/use-apply.js';

/** Sends changes again whose result is not known, because the page was closed or the connection was lost. */
export function FinishButton({ attempt }: { attempt: Attempt }): ReactNode {
  const apply = useApply();
  const { may } = useSession();
  if (!attempt.drafts.every(({ collection }) => may('records:write', collection)))
    return <Text size="sm">Your key may not change these records.</Text>;
  return (
    <Button
      size="xs"
      variant="light"
      loading={apply.isPending}
      title="The response of the server got lost. Changes that were applied are not applied twice."
      onClick={() => void apply.mutateAsync(attempt).catch(notifyError)}
    >
      Finish applying {countOf(attempt.drafts.length, 'change')}
    </Button>
  );
}
