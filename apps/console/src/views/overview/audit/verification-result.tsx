import { Alert } from '@mantine/core';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import { countText } from '../../../values/numbers.js';
import type { Verification } from './audit.js';

/** Says whether the checkpoints are unaltered. */
export function VerificationResult({
  checked,
  last,
  violation,
  fileName,
}: Verification & { fileName?: string | undefined }): ReactNode {
  if (violation !== null)
    return (
      <Alert color="red" title="The audit does not match" icon={<IconAlertTriangle aria-hidden />} role="alert">
        {violation} {checked > 0 && 'The checkpoints before it are intact. '}Verify on the server which changes are
        affected.
      </Alert>
    );
  return (
    <Alert color="teal" title="The audit matches" icon={<IconCheck aria-hidden />} role="status">
      {checked === 1 ? 'The checkpoint is' : `All ${countText(checked)} checkpoints are`} intact, up to change{' '}
      {countText(last?.lastSeq ?? 0)}
      {fileName !== undefined && `. The saved checkpoints in ${fileName} are the same`}.
    </Alert>
  );
}
