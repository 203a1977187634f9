import { Box, Button, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useRef } from 'react';
import type { ReactNode } from 'react';

import { RemoveIconButton } from '../../../ui/buttons/remove-icon-button.js';
import { isEqual } from '../../../values/diff.js';
import { IndexStateBadge } from '../index-state-badge.js';
import { declarationsOf, membersText, propertiesText } from './index-declaration.js';
import type { IndexDeclaration } from './index-declaration.js';
import { NewIndex } from './new-index.js';
import { RebuildIndexes } from './rebuild-indexes.js';
import { useSettingsDraft } from './settings-draft.js';
import { declarationOf } from './settings-of.js';
import { SettingsSection } from './settings-section.js';
import type { StoredSettings } from './verbatim-settings.js';

/** Edits the indexes of a collection. */
export function IndexesSection({ stored }: { stored: StoredSettings }): ReactNode {
  const { collection } = stored;
  const draft = useSettingsDraft(collection.name, 'indexes', declarationsOf(collection));
  const { value, change } = draft;
  const [isAdding, { toggle, close }] = useDisclosure();
  const button = useRef<HTMLButtonElement>(null);
  // The element that has the focus disappears, so the focus goes to one that stays.
  const apply = (indexes: IndexDeclaration[]): void => {
    change(indexes);
    close();
    button.current?.focus();
  };
  const cancel = (): void => {
    close();
    button.current?.focus();
  };
  return (
    <>
      <SettingsSection stored={stored} draft={draft} change={() => ({ settings: { indexes: value } })}>
        <Text size="sm">
          Indexes make filters and sorts fast. A unique index also keeps two records from having the same value.
        </Text>
        {value.length > 0 && (
          <Box role="region" aria-label="Indexes" tabIndex={0} style={{ overflowX: 'auto' }}>
            <Table miw={520}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Members</Table.Th>
                  <Table.Th>Properties</Table.Th>
                  <Table.Th>State</Table.Th>
                  <Table.Th>Remove</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {value.map((index, position) => (
                  <Table.Tr key={`${position} ${membersText(index)}`}>
                    <Table.Th scope="row" fw="normal">
                      {membersText(index)}
                    </Table.Th>
                    <Table.Td>{propertiesText(index)}</Table.Td>
                    <Table.Td>
                      <IndexState stored={stored} index={index} />
                    </Table.Td>
                    <Table.Td>
                      <RemoveIconButton
                        label={`Remove the index on ${membersText(index)}`}
                        onClick={() => apply(value.filter((other) => other !== index))}
                      />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Box>
        )}
        {value.length === 0 && <Text c="dimmed">No indexes</Text>}
        <Button
          ref={button}
          variant="default"
          aria-expanded={isAdding}
          onClick={toggle}
          style={{ alignSelf: 'flex-start' }}
        >
          Add an index
        </Button>
        {isAdding && <NewIndex collection={collection} onAdd={(index) => apply([...value, index])} onClose={cancel} />}
      </SettingsSection>
      <RebuildIndexes stored={stored} />
    </>
  );
}

/** Shows the state of an index, or that it is not saved yet. */
function IndexState({ stored, index }: { stored: StoredSettings; index: IndexDeclaration }): ReactNode {
  const found = stored.collection.indexes.find((other) => isEqual(declarationOf(other), index));
  if (!found) return 'Not saved';
  return (
    <>
      <IndexStateBadge state={found} />
      {found.problem && <Text size="sm">{found.problem}</Text>}
    </>
  );
}
