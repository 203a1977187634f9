import { Code, Table } from '@mantine/core';
import type { ReactNode } from 'react';

import type { Webhook } from '../../api/webhooks.js';
import { CHANGE_TYPES, isChangeType } from '../../labels/change-types.js';
import { JsonText } from '../../ui/json/json-text.js';
import { Time } from '../../ui/time/time.js';

/** Shows the settings of a webhook. */
export function WebhookSettings({ webhook }: { webhook: Webhook }): ReactNode {
  return (
    <Table layout="fixed" verticalSpacing={4}>
      <Table.Tbody>
        {valuesOf(webhook).map(([label, value]) => (
          <Table.Tr key={label}>
            <Table.Th scope="row" w="9rem">
              {label}
            </Table.Th>
            <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function valuesOf(webhook: Webhook): [label: string, value: ReactNode][] {
  const { id, url, collections, types, filter, payload, order, rate, headers, scheme, publicKey, createdAt } = webhook;
  const names = types?.map((type) => (isChangeType(type) ? CHANGE_TYPES[type].label : type));
  return [
    ['URL', url],
    ['Id', <Code key="id">{id}</Code>],
    ['Collections', collections === null ? 'All' : collections.join(', ')],
    ['Types', names === undefined ? 'All' : names.join(', ')],
    ['Filter', filter === null ? 'None' : <JsonText key="filter" value={filter} />],
    ['Content', payload === 'full' ? 'The record after the change' : 'Only the id and the version'],
    ['Order', order === 'perRecord' ? 'Versions of a record one after another' : 'None'],
    ['Rate', rate === null ? 'No limit' : `At most ${rate} deliveries per second`],
    ['Headers', headers.length === 0 ? 'None' : headers.join(', ')],
    ['Signature', scheme === 'v1' ? 'Shared secret (HMAC-SHA256)' : 'Public key (ed25519)'],
    ...(publicKey === null
      ? []
      : ([['Public key', <Code key="key">{publicKey}</Code>]] satisfies [string, ReactNode][])),
    ['Created', <Time key="created" at={createdAt} />],
  ];
}
