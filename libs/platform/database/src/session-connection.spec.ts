import { describe, expect, it } from 'vitest';

import { ServerList } from './server-list.js';
import { connectSession, sessionConnection, setConfig, settingsIn } from './session-connection.js';

const address = { url: 'postgres://app@pooler:6432/haven', sessionUrl: 'postgres://app@db/haven' };
const config = (poolMode: string) =>
  ({
    database: { poolMode, rolePrefix: 'haven', statementTimeout: 10_000, idleInTransactionTimeout: 30_000 },
  }) as never;

describe('a connection that keeps its session', () => {
  it('has its settings from the startup', () => {
    const session = sessionConnection({ url: address.url }, config('session'), '-c enable_seqscan=off');
    expect(session).toMatchObject({ servers: ServerList.of(address.url), statement_timeout: 10_000 });
    expect(session.options).toMatch(/^-c role=haven_runtime .* -c enable_seqscan=off$/);
    expect(session.settings).toBeUndefined();
  });

  it('sets them after it has connected if a pooler could refuse them', async () => {
    const session = sessionConnection(address, config('transaction'), '-c enable_seqscan=off');
    expect(session).toMatchObject({ servers: ServerList.of(address.sessionUrl) });
    for (const startup of ['options', 'statement_timeout', 'idle_in_transaction_session_timeout'])
      expect(session).not.toHaveProperty(startup);
    expect(session.settings).toMatchObject({
      role: 'haven_runtime',
      default_transaction_isolation: 'read committed',
      enable_seqscan: 'off',
      statement_timeout: 10_000,
    });
    const sent: string[] = [];
    const client = { connect: async () => sent.push('connect'), query: async (text: string) => sent.push(text) };
    await connectSession(client as never, session.settings);
    expect(sent).toEqual(['connect', expect.stringMatching(/^SELECT set_config\('role', 'haven_runtime', false\), /)]);
  });
});

it('parses the format of startup options, and quotes values', () => {
  const settings = settingsIn("-c a=1 -c b=two\\ words  -c haven.c=it's");
  expect(settings).toEqual({ a: '1', b: 'two words', 'haven.c': "it's" });
  expect(setConfig(settings, { isLocal: true })).toBe(
    "set_config('a', '1', true), set_config('b', 'two words', true), set_config('haven.c', 'it''s', true)",
  );
});
