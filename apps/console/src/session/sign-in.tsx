import { Button, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { FullPage } from '../ui/layout/full-page.js';

/** Asks for an API key. `isRefused` says that the last one was not valid. */
export function SignIn({ isRefused, onKey }: { isRefused: boolean; onKey(key: string): void }): ReactNode {
  const [key, setKey] = useState('');
  const submit = (event: { preventDefault(): void }): void => {
    event.preventDefault();
    if (key.trim() !== '') onKey(key.trim());
  };
  return (
    <FullPage>
      <Paper component="main" withBorder p="xl" maw="26rem" w="100%">
        <form onSubmit={submit}>
          <Stack>
            <Title order={1} size="h2">
              Haven
            </Title>
            <Text>This server needs an API key. It stays in this tab, and is deleted when you close the tab.</Text>
            <PasswordInput
              label="API key"
              placeholder="hvn_…"
              value={key}
              onChange={(event) => setKey(event.currentTarget.value)}
              error={
                isRefused && key === '' ? 'The server refused the key: it is unknown, revoked or expired.' : undefined
              }
              autoComplete="off"
              autoFocus
            />
            <Button type="submit">Sign in</Button>
          </Stack>
        </form>
      </Paper>
    </FullPage>
  );
}
