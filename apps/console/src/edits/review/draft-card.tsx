import { Anchor, Badge, Button, Card, Code, Group, List, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { recordPath } from '../../labels/paths.js';
import { recordLabel } from '../../labels/record-label.js';
import { DiffView } from '../../ui/json/diff-view.js';
import { isEqual } from '../../values/diff.js';
import { isConflict } from '../batch/failures.js';
import type { Failure } from '../batch/failures.js';
import type { BatchResult } from '../batch/operations.js';
import type { Draft } from '../drafts/draft.js';
import { useDrafts } from '../drafts/drafts.js';
import { ConflictView } from './conflict-view.js';
import { EditDataDialog } from './edit-data-dialog.js';

const KINDS = {
  create: { label: 'New', color: 'teal.9' },
  update: { label: 'Changed', color: 'gray.7' },
  delete: { label: 'Deleted', color: 'red.9' },
} as const;

/** Shows a draft: what it changes, and why it cannot be applied. */
export function DraftCard({
  draft,
  failures,
  result,
}: {
  draft: Draft;
  failures: readonly Failure[];
  result: BatchResult | undefined;
}): ReactNode {
  const { discard, put } = useDrafts();
  const [isEditing, setEditing] = useState(false);
  const { collection, id, op } = draft;
  const before = op === 'create' ? null : draft.base.data;
  const after = op === 'delete' ? null : draft.data;
  const label = recordLabel(after ?? before ?? {}) ?? id;
  const conflict = failures.find(isConflict);
  const others = failures.filter((failure) => failure !== conflict);
  return (
    <Card withBorder padding="sm" component="article" aria-label={`${KINDS[op].label}: ${label}`}>
      <Stack gap="xs">
        <Group justify="space-between" align="flex-start">
          <Stack gap={0} miw={0}>
            <Group gap="xs">
              <Badge radius="sm" tt="none" color={KINDS[op].color}>
                {KINDS[op].label}
              </Badge>
              <Title order={3} size="sm" style={{ overflowWrap: 'anywhere' }}>
                {label}
              </Title>
            </Group>
            <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
              {collection} ·{' '}
              <Anchor component={Link} inherit href={recordPath(collection, id)} underline="always">
                {id}
              </Anchor>
            </Text>
          </Stack>
          <Group gap="xs">
            {op !== 'delete' && !conflict && (
              <Button size="compact-sm" variant="default" onClick={() => setEditing(true)} aria-label={`Edit ${label}`}>
                Edit
              </Button>
            )}
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => discard(collection, id)}
              aria-label={`Discard the change of ${label}`}
            >
              Discard
            </Button>
          </Group>
        </Group>
        {others.length > 0 && <FailureList failures={others} />}
        {conflict ? <ConflictView draft={draft} conflict={conflict} /> : <DiffView before={before} after={after} />}
        {after && result?.record && !isEqual(result.record.data, after) && (
          <>
            <Text size="sm" fw={600}>
              Haven also sets
            </Text>
            <DiffView before={after} after={result.record.data} />
          </>
        )}
      </Stack>
      {isEditing && draft.op !== 'delete' && (
        <EditDataDialog
          title={`Edit ${label}`}
          data={draft.data}
          onSave={(data) => {
            put({ ...draft, data });
            setEditing(false);
          }}
          onClose={() => setEditing(false)}
        />
      )}
    </Card>
  );
}

function FailureList({ failures }: { failures: readonly Failure[] }): ReactNode {
  return (
    <List size="sm" aria-label="Problems" icon={<IconAlertTriangle size={16} color="var(--mantine-color-error)" />}>
      {failures.slice(0, SHOWN).map(({ code, detail, pointer }, index) => (
        <List.Item key={index}>
          {pointer !== '' && <Code>{pointer}</Code>} {detail} <Code>{code}</Code>
        </List.Item>
      ))}
      {failures.length > SHOWN && <List.Item>and {failures.length - SHOWN} more</List.Item>}
    </List>
  );
}

const SHOWN = 20;
