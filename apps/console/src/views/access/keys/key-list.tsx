import { Button, Group, Stack, Switch, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { keysQuery } from '../../../api/api-keys.js';
import type { ApiKeyView, IssuedApiKeyView } from '../../../api/api-keys.js';
import { useSession } from '../../../session/session.js';
import { Empty } from '../../../ui/feedback/empty.js';
import { QueryView } from '../../../ui/feedback/query-view.js';
import { WideTable } from '../../../ui/layout/wide-table.js';
import { CreateKeyDialog } from './create-key-dialog.js';
import { IssuedKeyDialog } from './issued-key-dialog.js';
import { KeyRow } from './key-row.js';
import { grantableScopes } from './scopes.js';

const COLUMNS = ['Key', 'State', 'Scopes', 'Times', 'Actions'];
/** Number of keys that are shown at first. */
const SHOWN = 100;

/** The keys of a tenant: lists, creates, rotates and revokes them. */
export function KeyList({ tenant }: { tenant: string }): ReactNode {
  const { haven } = useSession();
  const keys = useQuery(keysQuery(haven, tenant));
  const [isCreating, creation] = useDisclosure();
  const [issued, setIssued] = useState<IssuedApiKeyView | null>(null);
  const create = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={creation.open}>
      New key
    </Button>
  );
  return (
    <>
      <QueryView query={keys}>
        {(all) =>
          all.length === 0 ? (
            <Empty title="No keys yet">
              <Stack align="center">
                A client authenticates with a key, which has the scopes that you choose.
                {create}
              </Stack>
            </Empty>
          ) : (
            <KeyTable keys={all} tenant={tenant} create={create} onRotated={setIssued} />
          )
        }
      </QueryView>
      {isCreating && (
        <CreateKeyDialog
          tenant={tenant}
          onCreated={(key) => {
            creation.close();
            setIssued(key);
          }}
          onClose={creation.close}
        />
      )}
      <IssuedKeyDialog issued={issued} onClose={() => setIssued(null)} />
    </>
  );
}

function KeyTable({
  keys,
  tenant,
  create,
  onRotated,
}: {
  keys: readonly ApiKeyView[];
  tenant: string;
  create: ReactNode;
  onRotated(key: IssuedApiKeyView): void;
}): ReactNode {
  const { caller } = useSession();
  const [text, setText] = useState('');
  const [includesRevoked, setIncludesRevoked] = useState(false);
  const [shown, setShown] = useState(SHOWN);
  const grantable: readonly string[] = grantableScopes(caller.scopes, tenant);
  const found = keys.filter(
    ({ name, id, revokedAt }) =>
      (includesRevoked || revokedAt === null) && `${name} ${id}`.toLowerCase().includes(text.trim().toLowerCase()),
  );
  const revoked = keys.filter(({ revokedAt }) => revokedAt !== null).length;
  return (
    <Stack>
      <Group justify="space-between">
        <Group>
          <TextInput
            aria-label="Find a key"
            placeholder="Find by name or id"
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          {revoked > 0 && (
            <Switch
              label={`Show ${revoked} revoked`}
              checked={includesRevoked}
              onChange={(event) => setIncludesRevoked(event.currentTarget.checked)}
            />
          )}
        </Group>
        {create}
      </Group>
      {found.length === 0 ? (
        <Empty title={text.trim() === '' ? 'All keys are revoked' : 'No key matches'} />
      ) : (
        <WideTable label="List of keys" columns={COLUMNS} minWidth="60rem">
          {found.slice(0, shown).map((key) => (
            <KeyRow
              key={key.id}
              apiKey={key}
              tenant={tenant}
              canChange={key.scopes.every((scope) => grantable.includes(scope))}
              onRotated={onRotated}
            />
          ))}
        </WideTable>
      )}
      {found.length > shown && (
        <Group>
          <Button variant="default" onClick={() => setShown(shown + 10 * SHOWN)}>
            Show more of {found.length} keys
          </Button>
        </Group>
      )}
    </Stack>
  );
}
