import { AppShell, Burger, Button, Group, NavLink, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';

import { EditsBar, useHasEdits } from '../edits/edits-bar.js';
import { prefix } from '../page.js';
import { nameOfTenant } from '../session/caller.js';
import { useSession } from '../session/session.js';
import { ColorSchemeButton } from './color-scheme-button.js';
import { useNavigationShortcuts } from './navigation-shortcuts.js';
import { navigation } from './navigation.js';
import { Routes } from './routes.js';
import { ShortcutHelp } from './shortcut-help.js';
import { ViewBoundary } from './view-boundary.js';

/** The frame of all views: the navigation, and who is signed in. */
export function Shell(): ReactNode {
  const { caller, may, signOut, leaveTenant } = useSession();
  const [location] = useLocation();
  const [isOpen, { toggle, close }] = useDisclosure();
  const shown = navigation.filter(
    ({ scopes, needsAllCollections }) =>
      (scopes === undefined || scopes.some((scope) => may(scope))) &&
      (!needsAllCollections || caller.collections === null),
  );
  useNavigationShortcuts(shown);
  const hasEdits = useHasEdits();
  const [, collection] = /^\/collections\/([^/]+)/.exec(location) ?? [];
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      footer={{ height: 52, collapsed: !hasEdits }}
      padding="md"
    >
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap" miw={0}>
            <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Navigation" />
            <Text fw={700} component="span" visibleFrom="xs">
              Haven
            </Text>
            <Text c="dimmed" size="sm" truncate maw="12rem" title={`Tenant ${caller.tenant}`}>
              {nameOfTenant(caller)}
            </Text>
          </Group>
          <Group gap="xs" wrap="nowrap" flex="none">
            <ShortcutHelp items={shown} />
            <ColorSchemeButton />
            {leaveTenant && (
              <Button size="xs" onClick={leaveTenant}>
                Leave tenant
              </Button>
            )}
            {caller.credential !== 'none' && (
              <Button size="xs" variant="default" onClick={signOut}>
                Sign out
              </Button>
            )}
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Views">
        {shown.map(({ path, label, icon: Icon }) => (
          <NavLink
            key={path}
            component={Link}
            href={path}
            label={label}
            leftSection={<Icon size={18} aria-hidden />}
            active={path === '/' ? location === '/' : location.startsWith(path)}
            aria-current={location === path ? 'page' : undefined}
            onClick={close}
          />
        ))}
        <NavLink component="a" href={`${prefix}/docs/guide/console`} label="Guide" mt="auto" />
      </AppShell.Navbar>
      <AppShell.Main>
        <ViewBoundary key={location}>
          <Routes />
        </ViewBoundary>
      </AppShell.Main>
      {hasEdits && (
        <AppShell.Footer>
          <EditsBar collection={collection && decodeURIComponent(collection)} />
        </AppShell.Footer>
      )}
    </AppShell>
  );
}
