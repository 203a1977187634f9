import { Button, Checkbox, Group, Stack } from '@mantine/core';
import type { ReactNode } from 'react';

import { readingScopes, scopeTexts } from './scopes.js';
import type { Scope } from './scopes.js';

/** Chooses scopes among those that the caller can grant. */
export function ScopeCheckboxes({
  offered,
  value,
  onChange,
}: {
  offered: readonly Scope[];
  value: readonly Scope[];
  onChange(scopes: Scope[]): void;
}): ReactNode {
  const reading = offered.filter((scope) => readingScopes.includes(scope));
  return (
    <Checkbox.Group
      label="Scopes"
      description="No scope includes another: a client that reads and writes needs both."
      value={[...value]}
      onChange={(chosen) => onChange(offered.filter((scope) => chosen.includes(scope)))}
      required
    >
      <Stack gap="xs" mt="xs">
        {offered.map((scope) => (
          <Checkbox key={scope} value={scope} label={scope} description={scopeTexts[scope]} />
        ))}
        <Group gap="xs">
          {reading.length > 0 && (
            <Button size="compact-sm" variant="default" onClick={() => onChange(reading)}>
              Only reading
            </Button>
          )}
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => onChange(offered.filter((scope) => scope !== 'operator'))}
          >
            {offered.includes('operator') ? 'All but operator' : 'All'}
          </Button>
        </Group>
      </Stack>
    </Checkbox.Group>
  );
}
