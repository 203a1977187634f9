import { Anchor, Button, Code, FileButton, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import type { ReactNode } from 'react';

import { prefix } from '../../../page.js';
import { useSession } from '../../../session/session.js';
import { download } from '../../../ui/download.js';
import { ProblemAlert } from '../../../ui/feedback/problem-alert.js';
import { QueryView } from '../../../ui/feedback/query-view.js';
import { Time } from '../../../ui/time/time.js';
import { countOf, countText } from '../../../values/numbers.js';
import { newestCheckpointQuery } from './audit.js';
import type { Checkpoint } from './checkpoint-chain.js';
import { useVerification } from './use-verification.js';
import { VerificationResult } from './verification-result.js';

/** Shows the newest checkpoint of the audit, and verifies all. */
export function AuditSection(): ReactNode {
  const { haven, caller, may } = useSession();
  // The checkpoints cover all collections.
  const isAllowed = may('changes:read') && !caller.collections;
  const newest = useQuery({ ...newestCheckpointQuery(haven), enabled: isAllowed });
  if (!isAllowed) return null;
  return (
    <Stack component="section" gap="sm" aria-labelledby="audit">
      <Title order={2} size="h4" id="audit">
        Audit
      </Title>
      <QueryView query={newest}>
        {(checkpoint) =>
          checkpoint ? (
            <Audit newest={checkpoint} />
          ) : (
            <Text size="sm">
              There is no checkpoint yet. Haven creates one within a minute after the first changes.
            </Text>
          )
        }
      </QueryView>
    </Stack>
  );
}

function Audit({ newest }: { newest: Checkpoint }): ReactNode {
  const { verification, progress, verify, compare, stop } = useVerification();
  const resetFile = useRef<() => void>(null);
  const save = (): void => {
    const text = `${JSON.stringify(newest, null, 2)}\n`;
    download(new Blob([text], { type: 'application/json' }), `checkpoint-${newest.number}.json`);
  };
  return (
    <Stack gap="sm">
      <Text size="sm" component="div">
        Checkpoint {countText(newest.number)} of <Time at={newest.at} /> proves the first{' '}
        {countOf(newest.lastSeq, 'change')}. Its hash is <Code style={{ overflowWrap: 'anywhere' }}>{newest.hash}</Code>
      </Text>
      <Group gap="xs">
        <Button variant="default" onClick={verify} loading={verification.isPending}>
          Verify
        </Button>
        <FileButton
          onChange={(file) => {
            compare(file);
            resetFile.current?.(); // otherwise choosing the same file again, after it has changed, would do nothing
          }}
          resetRef={resetFile}
          accept="application/json,.json"
          inputProps={{ 'aria-label': 'Saved checkpoints' }}
        >
          {(props) => (
            <Button variant="default" disabled={verification.isPending} {...props}>
              Verify against a saved file…
            </Button>
          )}
        </FileButton>
        <Button variant="default" onClick={save}>
          Save the newest checkpoint
        </Button>
        {verification.isPending && (
          <>
            <Button variant="subtle" onClick={stop}>
              Stop
            </Button>
            <Text size="sm" role="status">
              {countText(progress)} of {countText(newest.number)} checked
            </Text>
          </>
        )}
      </Group>
      {verification.data && <VerificationResult {...verification.data} />}
      {verification.error && <ProblemAlert error={verification.error} />}
      <Text size="sm" c="dimmed">
        This verifies the chain of the checkpoints in your browser. Keep saved checkpoints where the owner of the
        database has no access. <Code>haven verify --audit --checkpoints checkpoint.json</Code> on the server also
        verifies every change.{' '}
        <Anchor href={`${prefix}/docs/guide/history-and-audit#audit`} size="sm" underline="always">
          How the audit works
        </Anchor>
      </Text>
    </Stack>
  );
}
