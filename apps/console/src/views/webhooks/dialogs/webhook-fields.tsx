import { Accordion, Input, MultiSelect, NativeSelect, NumberInput, Stack, TagsInput, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';

import { useCollectionNames } from '../../../api/collections.js';
import { changeTypeOptions, isChangeType } from '../../../labels/change-types.js';
import { useSession } from '../../../session/session.js';
import { JsonEditor } from '../../../ui/json/json-editor.js';
import { shorten } from '../../../values/shorten.js';
import { HeaderFields } from './header-fields.js';
import { isAllowed } from './webhook-draft.js';
import type { WebhookDraft } from './webhook-draft.js';

interface WebhookFieldsProps {
  draft: WebhookDraft;
  onChange(draft: WebhookDraft): void;
  isNew: boolean;
}

/** The settings of a webhook. Those that few webhooks need are folded. */
export function WebhookFields({ draft, onChange, isNew }: WebhookFieldsProps): ReactNode {
  const { collections: allowed } = useSession().caller;
  const names = useCollectionNames();
  const set = (part: Partial<WebhookDraft>): void => onChange({ ...draft, ...part });
  return (
    <Stack>
      <TextInput
        label="URL"
        description="Must begin with https:// and have a public address, unless the operator allows others."
        type="url"
        required
        placeholder="https://example.com/haven"
        value={draft.url}
        onChange={({ currentTarget }) => set({ url: currentTarget.value })}
        data-autofocus
      />
      <TextInput
        label="Description"
        maxLength={500}
        value={draft.description}
        onChange={({ currentTarget }) => set({ description: currentTarget.value })}
      />
      <TagsInput
        label="Collections"
        description={
          allowed
            ? 'Your key is restricted to these collections.'
            : 'Leave empty to send the changes of all collections.'
        }
        data={names}
        value={[...draft.collections]}
        onChange={(chosen) => set({ collections: chosen })}
        error={isAllowed(draft, allowed) ? undefined : `Choose some of ${shorten((allowed ?? []).join(', '))}.`}
      />
      <MultiSelect
        label="Types of changes"
        description="Leave empty to send all."
        data={changeTypeOptions}
        value={[...draft.types]}
        onChange={(chosen) => set({ types: chosen.filter(isChangeType) })}
      />
      {isNew && (
        <NativeSelect
          label="Start with"
          value={draft.start}
          data={[
            { value: 'now', label: 'Changes from now on' },
            { value: 'earliest', label: 'The oldest change that is kept' },
          ]}
          onChange={({ currentTarget }) => set({ start: currentTarget.value === 'earliest' ? 'earliest' : 'now' })}
        />
      )}
      <Accordion variant="separated" order={3}>
        <Accordion.Item value="more">
          <Accordion.Control>Filter, format, headers and limits</Accordion.Control>
          <Accordion.Panel>
            <MoreFields draft={draft} set={set} isNew={isNew} />
          </Accordion.Panel>
        </Accordion.Item>
      </Accordion>
    </Stack>
  );
}

function MoreFields({
  draft,
  set,
  isNew,
}: {
  draft: WebhookDraft;
  set(part: Partial<WebhookDraft>): void;
  isNew: boolean;
}): ReactNode {
  return (
    <Stack>
      <Stack gap={4}>
        <Input.Label component="div">Filter</Input.Label>
        <Input.Description>
          JSON. Only changes of records that match, or did before the change, are sent.
        </Input.Description>
        <JsonEditor
          label="Filter as JSON"
          value={draft.filter}
          onChange={(filter) => set({ filter })}
          minHeight="4rem"
          maxHeight="16rem"
        />
      </Stack>
      <NativeSelect
        label="Content"
        value={draft.payload}
        data={[
          { value: 'full', label: 'The record after the change' },
          { value: 'thin', label: 'Only the id and the version' },
        ]}
        onChange={({ currentTarget }) => set({ payload: currentTarget.value === 'thin' ? 'thin' : 'full' })}
      />
      <NativeSelect
        label="Order"
        value={draft.order}
        data={[
          { value: 'perRecord', label: 'Versions of a record one after another' },
          { value: 'none', label: 'No order: a failure delays nothing else' },
        ]}
        onChange={({ currentTarget }) => set({ order: currentTarget.value === 'none' ? 'none' : 'perRecord' })}
      />
      <NumberInput
        label="Deliveries per second"
        description="Leave empty for no limit."
        min={1}
        max={10_000}
        allowDecimal={false}
        value={draft.rate}
        onChange={(rate) => set({ rate: typeof rate === 'number' ? rate : '' })}
      />
      <HeaderFields headers={draft.headers} onChange={(headers) => set({ headers })} />
      {isNew && (
        <NativeSelect
          label="Signature"
          value={draft.scheme}
          data={[
            { value: 'v1', label: 'Shared secret (HMAC-SHA256)' },
            { value: 'v1a', label: 'Public key (ed25519)' },
          ]}
          onChange={({ currentTarget }) => set({ scheme: currentTarget.value === 'v1a' ? 'v1a' : 'v1' })}
        />
      )}
    </Stack>
  );
}
