import { failOver } from './failover.ts';
import type { Report } from './harness/report.ts';
import type { World } from './harness/world.ts';

/** Like `failover`, but without a proxy: Haven's URL names both servers, and asks for the one that accepts writes. */
export async function scenario(world: World, report: Report): Promise<void> {
  await failOver(world, report, async (primary, replica) => ({
    database: primary.url().replace(/:\d+\//, `:${primary.port},127.0.0.1:${replica.port}/`) + QUERY,
    redirect: () => undefined,
  }));
}

const QUERY = '?target_session_attrs=read-write';
