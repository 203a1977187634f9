import { Button, Fieldset, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import { RemoveIconButton } from '../../../ui/buttons/remove-icon-button.js';
import { newHeader } from './webhook-draft.js';
import type { DraftHeader } from './webhook-draft.js';

/** Haven sends at most as many additional headers. */
const MOST = 20;

/** Additional headers of each request. */
export function HeaderFields({
  headers,
  onChange,
}: {
  headers: readonly DraftHeader[];
  onChange(headers: DraftHeader[]): void;
}): ReactNode {
  const change = (changed: DraftHeader): void =>
    onChange(headers.map((header) => (header.key === changed.key ? changed : header)));
  return (
    <Fieldset legend="Headers" variant="default">
      <Stack gap="xs" align="flex-start">
        <Text size="sm" c="dimmed">
          Sent with each delivery. Values are never shown again.
        </Text>
        {headers.map((header, index) => (
          <Group key={header.key} gap="xs" wrap="nowrap" w="100%" align="flex-end">
            <TextInput
              label={`Name ${index + 1}`}
              flex={1}
              miw={0}
              value={header.name}
              disabled={header.isStored}
              onChange={({ currentTarget }) => change({ ...header, name: currentTarget.value })}
            />
            <TextInput
              label={`Value ${index + 1}`}
              flex={1}
              miw={0}
              placeholder={header.isStored ? 'Unchanged' : undefined}
              autoComplete="off"
              value={header.value}
              onChange={({ currentTarget }) => change({ ...header, value: currentTarget.value })}
            />
            <RemoveIconButton
              label={`Remove header ${index + 1}`}
              onClick={() => onChange(headers.filter(({ key }) => key !== header.key))}
            />
          </Group>
        ))}
        {headers.length < MOST && (
          <Button
            size="xs"
            variant="subtle"
            leftSection={<IconPlus size={14} />}
            onClick={() => onChange([...headers, newHeader()])}
          >
            Add a header
          </Button>
        )}
      </Stack>
    </Fieldset>
  );
}
