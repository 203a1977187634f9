import { Button, Code, Group, Modal, Stack, Tabs, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCode } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import { prefix } from '../../../page.js';
import { useSession } from '../../../session/session.js';
import { CopyButton } from '../../../ui/buttons/copy-button.js';
import { shorten } from '../../../values/shorten.js';
import type { RecordProps } from '../record-props.js';
import { LANGUAGES, snippetsOf } from './snippets.js';

/** Shows how a program reads the record, and how it applies the change of the user. */
export function CopyAs({ collection, record, draft }: RecordProps): ReactNode {
  const { caller } = useSession();
  const [isOpen, { open, close }] = useDisclosure();
  return (
    <>
      <Button size="xs" variant="default" leftSection={<IconCode size={14} aria-hidden />} onClick={open}>
        Copy as…
      </Button>
      <Modal opened={isOpen} onClose={close} title="Use the record in a program" size="xl">
        {isOpen && (
          <Snippets
            snippets={snippetsOf({
              url: location.origin + prefix,
              usesKey: caller.credential !== 'none',
              collection,
              record,
              change: draft?.op === 'update' ? draft : undefined,
            })}
          />
        )}
      </Modal>
    </>
  );
}

function Snippets({ snippets }: { snippets: ReturnType<typeof snippetsOf> }): ReactNode {
  return (
    <Tabs defaultValue="curl">
      <Tabs.List>
        {LANGUAGES.map(({ id, label }) => (
          <Tabs.Tab key={id} value={id}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {LANGUAGES.map(({ id }) => (
        <Tabs.Panel key={id} value={id} pt="sm">
          <Stack>
            {snippets[id].map(({ title, text }) => (
              <Stack key={title} gap={4}>
                <Group justify="space-between">
                  <Title order={3} size="h5">
                    {title}
                  </Title>
                  <CopyButton text={text} label={`Copy “${title}”`} />
                </Group>
                <Code block tabIndex={0}>
                  {shorten(text, 20_000)}
                </Code>
              </Stack>
            ))}
          </Stack>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
