import { Option } from 'commander';
import type { Command } from 'commander';

import { adminCommand, request, requestAll, show } from './admin.js';
import type { AdminFlags } from './admin.js';
import { CliError } from './cli-error.js';

interface Attempt {
  at: string;
  status: number | null;
  error: string | null;
  durationMs: number;
  excerpt: string | null;
}

interface Delivery {
  id: string;
  state: string;
  type: string;
  collection: string;
  recordId: string;
  version: number;
  attempts: Attempt[];
  nextAttemptAt: string | null;
}

interface Replayed {
  dead: number;
  until: string | null;
}

interface ReplayFlags extends AdminFlags {
  dead?: true;
  after?: string;
  until?: string;
}

/** `haven webhooks test` */
export function testCommand(): Command {
  return adminCommand('test', 'send a sample event and show the result')
    .argument('<id>')
    .action(async (id: string, flags: AdminFlags) => {
      show(flags, await request<Attempt>(flags, 'POST', `${deliveryPath(id)}/test`), attemptRow);
    });
}

/** `haven webhooks deliveries` */
export function deliveriesCommand(): Command {
  return adminCommand('deliveries', 'list the deliveries, newest changes first')
    .argument('<id>')
    .addOption(
      new Option('--state <state>', 'only deliveries in this state').choices(['delivered', 'retrying', 'held', 'dead']),
    )
    .action(async (id: string, flags: AdminFlags & { state?: string }) => {
      const query: Record<string, string> = flags.state === undefined ? {} : { state: flags.state };
      show(flags, await requestAll<Delivery>(flags, `${deliveryPath(id)}/deliveries`, query), row);
    });
}

/** `haven webhooks redeliver` */
export function redeliverCommand(): Command {
  return adminCommand('redeliver', 'send a change again, at once')
    .argument('<id>')
    .argument('<delivery>')
    .action(async (id: string, delivery: string, flags: AdminFlags) => {
      const path = `${deliveryPath(id)}/deliveries/${encodeURIComponent(delivery)}/redeliver`;
      show(flags, await request<Delivery>(flags, 'POST', path), row);
    });
}

/** `haven webhooks replay` */
export function replayCommand(): Command {
  return adminCommand('replay', 'send all dead messages again, or a part of the feed')
    .argument('<id>')
    .option('--dead', 'all messages whose delivery was abandoned')
    .option('--after <cursor>', 'all changes after this cursor of the feed, or `earliest` for all')
    .option('--until <cursor>', 'with --after: up to this cursor; defaults to the position of the webhook')
    .action(replay);
}

async function replay(id: string, flags: ReplayFlags): Promise<void> {
  const { dead, after, until } = flags;
  if (!dead && after === undefined) throw new CliError('Use --dead, --after or both.');
  const replayed = await request<Replayed>(flags, 'POST', `${deliveryPath(id)}/replay`, { dead, after, until });
  show(flags, replayed, (each) => ({ dead: String(each.dead), until: each.until ?? '' }));
}

/** Returns the path of a webhook. */
export const deliveryPath = (id: string): string => `webhooks/${encodeURIComponent(id)}`;

function row(delivery: Delivery): Record<string, string> {
  const last = delivery.attempts.at(-1);
  return {
    id: delivery.id,
    state: delivery.state,
    type: delivery.type,
    collection: delivery.collection,
    record: delivery.recordId,
    version: String(delivery.version),
    attempts: String(delivery.attempts.length),
    last: String(last?.status ?? last?.error ?? ''),
    next: delivery.nextAttemptAt ?? '',
  };
}

function attemptRow(attempt: Attempt): Record<string, string> {
  return {
    at: attempt.at,
    result: String(attempt.status ?? attempt.error),
    took: `${attempt.durationMs} ms`,
    response: attempt.excerpt ?? '',
  };
}
