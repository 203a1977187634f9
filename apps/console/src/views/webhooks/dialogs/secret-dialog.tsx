import { Alert, Button, Code, Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import type { IssuedWebhook } from '../../../api/webhooks.js';
import { CopyButton } from '../../../ui/buttons/copy-button.js';

/**
 * Shows a secret that Haven returns only once. The dialog closes by its buttons only: a click beside it, or Escape,
 * would lose the secret.
 */
export function SecretDialog({
  issued: { secret, publicKey, scheme },
  title,
  onClose,
}: {
  issued: IssuedWebhook;
  title: string;
  onClose(): void;
}): ReactNode {
  return (
    <Modal opened onClose={onClose} title={title} closeOnClickOutside={false} closeOnEscape={false}>
      <Stack>
        {secret === null ? (
          <Alert color="orange" title="The secret did not arrive">
            The response that contained it got lost. Rotate the secret to get another one.
          </Alert>
        ) : (
          <>
            <Text size="sm">
              {scheme === 'v1a'
                ? 'The receiver verifies deliveries with the public key. The private key is shown only now.'
                : 'The receiver verifies deliveries with this secret. It is shown only now.'}
            </Text>
            {publicKey !== null && <Value label="Public key" text={publicKey} />}
            <Value label={scheme === 'v1a' ? 'Private key' : 'Secret'} text={secret} />
          </>
        )}
        <Group justify="flex-end">
          <Button onClick={onClose}>Done</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Value({ label, text }: { label: string; text: string }): ReactNode {
  return (
    <Stack gap={4} align="flex-start">
      <Text size="sm" fw={600}>
        {label}
      </Text>
      <Code block w="100%" tabIndex={0} style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
        {text}
      </Code>
      <CopyButton text={text} label={`Copy the ${label.toLowerCase()}`} />
    </Stack>
  );
}
