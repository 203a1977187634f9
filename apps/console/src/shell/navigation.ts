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

/** A view in the navigation. */
export interface NavigationItem {
  path: string;
  label: string;
  icon: typeof IconGauge;
  /** The scope without which the view shows nothing. */
  scope?: string;
  forOperators?: boolean;
  /** The view shows nothing to callers that are restricted to some collections. */
  needsAllCollections?: boolean;
  /** The second key of the shortcut that opens the view; the first one is `g`. */
  key: string;
}

export const navigation: readonly NavigationItem[] = [
  { path: '/', label: 'Overview', icon: IconGauge, key: 'o' },
  { path: '/collections', label: 'Collections', icon: IconDatabase, scope: 'records:read', key: 'c' },
  { path: '/changes', label: 'Changes', icon: IconBroadcast, scope: 'changes:read', key: 'l' },
  { path: '/ask', label: 'Ask', icon: IconChartBar, scope: 'records:read', key: 'a' },
  { path: '/webhooks', label: 'Webhooks', icon: IconWebhook, scope: 'webhooks:write', key: 'w' },
  { path: '/keys', label: 'Keys', icon: IconKey, scope: 'keys:write', needsAllCollections: true, key: 'k' },
  { path: '/tenants', label: 'Tenants', icon: IconUsers, forOperators: true, needsAllCollections: true, key: 't' },
  { path: '/api', label: 'API', icon: IconTerminal2, key: 'i' },
];
