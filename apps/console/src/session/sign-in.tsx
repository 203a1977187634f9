import { Button, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { ProblemAlert } from '../ui/feedback/problem-alert.js';
import { FullPage } from '../ui/layout/full-page.js';
import { isUnauthenticated } from './own-requests.js';

interface SignInProps {
  /** Whether the server has refused the key that was used last. */
  isRefused: boolean;
  isChecking: boolean;
  /** Whether views are open, which stay if the next key has the same rights. */
  hasViews: boolean;
  /** Why a key could not be checked; null if it was not tried. */
  error: Error | null;
  onKey(key: string): void;
}

/** Asks for an API key. */
export function SignIn({ isRefused, isChecking, hasViews, error, onKey }: SignInProps): ReactNode {
  const [key, setKey] = useState('');
  const [tried, setTried] = useState('');
  const submit = (event: { preventDefault(): void }): void => {
    event.preventDefault();
    if (key.trim() === '' || isChecking) return;
    setTried(key);
    onKey(key.trim());
  };
  const isWrong = isUnauthenticated(error) ? key === tried : isRefused && key === '';
  return (
    <FullPage>
      <Paper component="main" withBorder p="xl" maw="26rem" w="100%">
        <form onSubmit={submit}>
          <Stack>
            <Title order={1} size="h2">
              Haven
            </Title>
            <Text>This server needs an API key. It stays in this tab, and is deleted when you close the tab.</Text>
            {hasViews && <Text>With a key of the same tenant and rights, you continue where you were.</Text>}
            <PasswordInput
              label="API key"
              placeholder="hvn_…"
              value={key}
              onChange={(event) => setKey(event.currentTarget.value)}
              error={isWrong ? 'The server refused the key: it is unknown, revoked or expired.' : undefined}
              autoComplete="off"
              autoFocus
            />
            {error && !isUnauthenticated(error) && <ProblemAlert error={error} />}
            <Button type="submit" loading={isChecking}>
              Sign in
            </Button>
          </Stack>
        </form>
      </Paper>
    </FullPage>
  );
}
