import {
  IconBroadcast,
  IconChartBar,
  IconDatabase,
  IconGauge,
  IconKey,
  IconUsers,
  IconWebhook,
  IconTerminal2,
} from '@tabler/icons-react';

import { MANAGES_KEYS, SEES_COLLECTIONS } from '../session/caller.js';

/** A view in the navigation. */
export interface NavigationItem {
  path: string;
  label: string;
  icon: typeof IconGauge;
  /** Scopes of which the caller needs one; otherwise the view shows nothing. */
  scopes?: readonly string[];
  /** The view shows nothing to callers that are restricted to some collections. */
  needsAllCollections?: boolean;
  /** The second key of the shortcut that opens the view; the first one is `g`. */
  key: string;
}

export const navigation: readonly NavigationItem[] = [
  { path: '/', label: 'Overview', icon: IconGauge, key: 'o' },
  { path: '/collections', label: 'Collections', icon: IconDatabase, scopes: SEES_COLLECTIONS, key: 'c' },
  { path: '/changes', label: 'Changes', icon: IconBroadcast, scopes: ['changes:read'], key: 'l' },
  { path: '/ask', label: 'Ask', icon: IconChartBar, scopes: ['records:read'], key: 'a' },
  { path: '/webhooks', label: 'Webhooks', icon: IconWebhook, scopes: ['webhooks:write'], key: 'w' },
  { path: '/keys', label: 'Keys', icon: IconKey, scopes: MANAGES_KEYS, needsAllCollections: true, key: 'k' },
  { path: '/tenants', label: 'Tenants', icon: IconUsers, scopes: ['operator'], needsAllCollections: true, key: 't' },
  { path: '/api', label: 'API', icon: IconTerminal2, key: 'i' },
];
