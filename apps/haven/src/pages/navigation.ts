/** A page of the guide. Its name is that of its file below `docs/`, without the extension. */
interface Entry {
  text: string;
  name: string;
}

/** The pages of the guide, in their order. The site and the guide that Haven serves have the same navigation. */
export const NAVIGATION: readonly { text: string; entries: readonly Entry[] }[] = [
  {
    text: 'Using Haven',
    entries: [
      { text: 'Getting started', name: 'getting-started' },
      { text: 'From zero to a typed app', name: 'five-minutes' },
      { text: 'A live page in 20 lines', name: 'live-page' },
      { text: 'The console', name: 'console' },
      { text: 'Tour', name: 'tour' },
      { text: 'Model your data', name: 'model-your-data' },
      { text: 'What Haven is not', name: 'what-haven-is-not' },
      { text: 'Coming from other servers', name: 'coming-from' },
      { text: 'Querying', name: 'querying' },
      { text: 'Concurrency', name: 'concurrency' },
      { text: 'Safe retries', name: 'retries' },
      { text: 'Batches', name: 'batches' },
      { text: 'Time travel', name: 'time-travel' },
      { text: 'Following changes', name: 'following-changes' },
      { text: 'Webhooks', name: 'webhooks' },
      { text: 'Schemas', name: 'schemas' },
      { text: 'Unique values', name: 'unique-values' },
      { text: 'History and audit', name: 'history-and-audit' },
      { text: 'Import and export', name: 'import-export' },
      { text: 'Command line', name: 'cli' },
      { text: 'Keys and scopes', name: 'keys' },
      { text: 'Tokens', name: 'tokens' },
      { text: 'Limits', name: 'limits' },
      { text: 'Typed GraphQL', name: 'typed-graphql' },
      { text: 'The client package', name: 'client-package' },
      { text: 'Clients', name: 'clients' },
      { text: 'Errors', name: 'errors' },
    ],
  },
  {
    text: 'Running Haven',
    entries: [
      { text: 'Configuration', name: 'configuration' },
      { text: 'Rate limits and quotas', name: 'rate-limits' },
      { text: 'Operating', name: 'operating' },
      { text: 'Alerts', name: 'alerts' },
      { text: 'Service levels', name: 'service-levels' },
      { text: 'Telemetry', name: 'telemetry' },
      { text: 'Metrics', name: 'metrics' },
      { text: 'Deploying', name: 'deploying' },
      { text: 'Kubernetes', name: 'kubernetes' },
      { text: 'Connection strings', name: 'connection-strings' },
      { text: 'Backup and restore', name: 'backup' },
      { text: 'Scaling out', name: 'scale-out' },
      { text: 'Caching records', name: 'caching' },
      { text: 'Capacity', name: 'capacity' },
      { text: 'Hardening', name: 'hardening' },
      { text: 'Threat model', name: 'threat-model' },
      { text: 'Performance', name: 'performance' },
      { text: 'Resilience', name: 'resilience' },
      { text: 'Supply chain', name: 'supply-chain' },
    ],
  },
  {
    text: 'Inside Haven',
    entries: [
      { text: 'Architecture', name: 'architecture' },
      { text: 'Contributing', name: 'contributing' },
      { text: 'Decisions', name: 'adr/README' },
    ],
  },
];
