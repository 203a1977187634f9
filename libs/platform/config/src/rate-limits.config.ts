import { IsDivisibleBy, IsIn, IsOptional, Matches } from 'class-validator';

import { Between } from './between.js';
import { Setting } from './setting.js';
import { HOUR, SECOND } from './units.js';

const failures = ['open', 'closed'] as const;

/** The most that a limit may allow. */
const MOST = 1_000_000_000;

/** How much may be asked of Haven, and by whom. A request is counted by its cost. */
export class RateLimitsConfig {
  @Setting(
    'What one API key or token may cost within `rateLimits.window`; more is 429 `RATE_LIMITED`. 0: it is not limited.',
  )
  @Between(0, MOST)
  declare readonly perKey: number;

  @Setting('What one tenant may cost within `rateLimits.window`, with all its keys. 0: it is not limited.')
  @Between(0, MOST)
  declare readonly perTenant: number;

  @Setting(
    'What one address may cost within `rateLimits.window`, looked at before authentication; of IPv6 the network (/64) counts. Behind a proxy it needs `server.trustProxy`. 0: it is not limited.',
  )
  @Between(0, MOST)
  declare readonly perAddress: number;

  @Setting('After so long what was taken is given back: whole seconds.', { unit: 'milliseconds' })
  @Between(SECOND, HOUR)
  @IsDivisibleBy(SECOND, { message: 'must be whole seconds' })
  declare readonly window: number;

  @Setting('What a request that reads costs; on GraphQL each field of a query.')
  @Between(0, 1_000)
  declare readonly readCost: number;

  @Setting(
    'What a request that writes costs; on GraphQL each field of a mutation. A batch costs 1 more for each operation, an import 1 for each line, or for each 4 KiB if that is more.',
  )
  @Between(0, 1_000)
  declare readonly writeCost: number;

  @Setting('What an authentication that fails costs its address besides.')
  @Between(0, 100_000)
  declare readonly failedAuthenticationCost: number;

  @Setting(
    'How many requests of one tenant a process works on at once; one more is 429 `RATE_LIMITED`. Streams of changes have limits of their own. 0: as many as come.',
  )
  @Between(0, 1_000_000)
  declare readonly concurrentPerTenant: number;

  @Setting(
    'The Redis in which all processes count together, as `redis://user:password@host:6379/0` (`rediss:` for TLS). Without it each process counts for itself.',
    { secret: true, alias: 'REDIS_URL' },
  )
  @IsOptional()
  @Matches(/^rediss?:\/\/\S+$/, { message: 'must be a redis: or rediss: URL' })
  declare readonly redisUrl?: string;

  @Setting('How long Redis may take to answer before it counts as gone.', { unit: 'milliseconds' })
  @Between(1, 10 * SECOND)
  declare readonly redisTimeout: number;

  @Setting(
    'While Redis is gone: open counts in each process by itself, so that the limits hold there; closed answers 503 `UNAVAILABLE`.',
  )
  @IsIn(failures)
  declare readonly onStoreFailure: (typeof failures)[number];
}
