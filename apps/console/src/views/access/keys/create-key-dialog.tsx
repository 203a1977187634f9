import { Select, Stack, Switch, TagsInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { useCreateKey } from '../../../api/api-keys.js';
import type { IssuedApiKeyView } from '../../../api/api-keys.js';
import { collectionsQuery } from '../../../api/collections.js';
import { useSession } from '../../../session/session.js';
import { DialogForm } from '../../../ui/dialogs/dialog-form.js';
import { DISCARD, FormDialog, useCloseQuestion } from '../../../ui/dialogs/form-dialog.js';
import { NameInput } from '../name-input.js';
import { expiresAt, expiryOptions } from './expiry.js';
import type { ExpiryOption } from './expiry.js';
import { ScopeCheckboxes } from './scope-checkboxes.js';
import { grantableScopes } from './scopes.js';
import type { Scope } from './scopes.js';

interface CreateKeyProps {
  tenant: string;
  onCreated(key: IssuedApiKeyView): void;
  onClose(): void;
}

/** Creates a key of a tenant. */
export function CreateKeyDialog(props: CreateKeyProps): ReactNode {
  return (
    <FormDialog onClose={props.onClose} title="New API key" size="lg">
      <KeyForm {...props} />
    </FormDialog>
  );
}

function KeyForm({ tenant, onCreated, onClose }: CreateKeyProps): ReactNode {
  const { caller } = useSession();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<Scope[]>([]);
  const [collections, setCollections] = useState<string[] | null>(null);
  const [expiry, setExpiry] = useState<ExpiryOption>('never');
  const [at, setAt] = useState('');
  const create = useCreateKey();
  useCloseQuestion(() => (name.trim() !== '' || scopes.length > 0 || collections !== null ? DISCARD : null));
  const isComplete =
    name.trim() !== '' && scopes.length > 0 && (expiry !== 'at' || at !== '') && collections?.length !== 0;
  const submit = (): void => {
    const key = { name: name.trim(), scopes, collections, expiresAt: expiresAt(expiry, at, Date.now()), tenant };
    create.mutate(key, { onSuccess: onCreated });
  };
  return (
    <DialogForm
      action="Create key"
      isComplete={isComplete}
      isBusy={create.isPending}
      error={create.error}
      onSubmit={submit}
      onCancel={onClose}
    >
      <NameInput description="Who or what will use the key" placeholder="web shop" value={name} onChange={setName} />
      <ScopeCheckboxes offered={grantableScopes(caller.scopes, tenant)} value={scopes} onChange={setScopes} />
      <CollectionsField isOwn={tenant === caller.tenant} value={collections} onChange={setCollections} />
      <Select
        label="Expires"
        data={expiryOptions}
        value={expiry}
        onChange={(option) => setExpiry(expiryOptions.find(({ value }) => value === option)?.value ?? 'never')}
        allowDeselect={false}
      />
      {expiry === 'at' && (
        <TextInput
          type="datetime-local"
          label="Time"
          description="In your time zone"
          value={at}
          onChange={(event) => setAt(event.currentTarget.value)}
          required
        />
      )}
    </DialogForm>
  );
}

/** Restricts a key to some collections. The names of those of another tenant are not known here. */
function CollectionsField({
  isOwn,
  value,
  onChange,
}: {
  isOwn: boolean;
  value: string[] | null;
  onChange(collections: string[] | null): void;
}): ReactNode {
  const { haven, maySee } = useSession();
  const isKnown = isOwn && maySee();
  const known = useQuery({ ...collectionsQuery(haven), enabled: isKnown });
  return (
    <Stack gap="xs">
      <Switch
        label="Restrict the key to some collections"
        checked={value !== null}
        onChange={(event) => onChange(event.currentTarget.checked ? [] : null)}
      />
      {value !== null && (
        <TagsInput
          label="Collections"
          description="Names of at most 100 collections, which need not exist yet"
          data={known.data?.map(({ name }) => name) ?? []}
          value={value}
          onChange={onChange}
          maxTags={100}
          required
        />
      )}
    </Stack>
  );
}
