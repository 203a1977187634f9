import { Alert } from '@mantine/core';
import type { ReactNode } from 'react';

import { Loading } from '../../ui/feedback/loading.js';
import { countOf } from '../../values/numbers.js';
import type { Prediction } from '../batch/dry-run.js';

/** Says whether Haven would apply the drafts. */
export function DryRunAlert({ prediction }: { prediction: Prediction | undefined }): ReactNode {
  if (!prediction) return <Loading what="Trying the changes…" />;
  const { failures, untried } = prediction;
  if (untried)
    return (
      <Alert color="orange" title="The changes were not tried" role="status">
        {untried.message} You can apply them anyway: if one of them is refused, none is applied.
      </Alert>
    );
  if (failures.size > 0)
    return (
      <Alert color="red" title={`${countOf(failures.size, 'change')} cannot be applied`} role="status">
        All changes are applied together, so correct or discard these first.
      </Alert>
    );
  return (
    <Alert color="teal" title="The changes can be applied" role="status">
      A dry run has found no problem. All of them are applied together, or none.
    </Alert>
  );
}
