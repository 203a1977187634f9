import { IsDivisibleBy, IsIn, IsOptional, Matches } from 'class-validator';

import { Between } from './between.js';
import { Setting } from './setting.js';
import { HOUR, SECOND } from './units.js';

const failures = ['open', 'closed'] as const;

/** Maximum value of a rate limit. */
const MOST = 1_000_000_000;

/** Rate limits per API key, tenant and IP address. Requests are counted by their cost. */
export class RateLimitsConfig {
  @Setting(
    'Maximum cost of the requests of one API key or token within `rateLimits.window`; more causes 429 ' +
      '`RATE_LIMITED`. 0: unlimited.',
  )
  @Between(0, MOST)
  declare readonly perKey: number;

  @Setting('Maximum cost of the requests of one tenant, with all its keys, within `rateLimits.window`. 0: unlimited.')
  @Between(0, MOST)
  declare readonly perTenant: number;

  @Setting(
    'Maximum cost of the requests of one IP address within `rateLimits.window`, checked before ' +
      'authentication; IPv6 addresses are counted by their /64 network. Behind a proxy it requires ' +
      '`server.trustProxy`. 0: unlimited.',
  )
  @Between(0, MOST)
  declare readonly perAddress: number;

  @Setting('Length of a window, after which the full quota is available again, in whole seconds.', {
    unit: 'milliseconds',
  })
  @Between(SECOND, HOUR)
  @IsDivisibleBy(SECOND, { message: 'must be whole seconds' })
  declare readonly window: number;

  @Setting(
    'Cost of a request that reads; in GraphQL, of each field of a query, and of each field that reads related records.',
  )
  @Between(0, 1_000)
  declare readonly readCost: number;

  @Setting(
    'Cost of a request that writes; in GraphQL, of each field of a mutation. A batch costs 1 more per ' +
      'operation. An import costs 1 more per line, or per 4 KiB if that is more.',
  )
  @Between(0, 1_000)
  declare readonly writeCost: number;

  @Setting(
    'Cost, for its tenant, of each second for which a request holds a database connection for itself, such as for a ' +
      'filtered list, a count or a transaction, or keeps the process busy with building a GraphQL schema. Charged ' +
      'afterwards: what exceeds the limit delays the next requests, by at most one window. 0: free.',
  )
  @Between(0, 1_000_000)
  declare readonly databaseTimeCost: number;

  @Setting('Additional cost, for its IP address, of a failed authentication.')
  @Between(0, 100_000)
  declare readonly failedAuthenticationCost: number;

  @Setting(
    'Maximum number of requests of one tenant that a process handles at once; one more fails with 429 ' +
      '`RATE_LIMITED`. Change streams have their own limits. 0: unlimited.',
  )
  @Between(0, 1_000_000)
  declare readonly concurrentPerTenant: number;

  @Setting(
    'Redis server in which all processes count together, as `redis://user:password@host:6379/0` (`rediss:` ' +
      'for TLS). If it is not set, each process counts by itself.',
    { secret: true, alias: 'REDIS_URL' },
  )
  @IsOptional()
  @Matches(/^rediss?:\/\/\S+$/, { message: 'must be a redis: or rediss: URL' })
  declare readonly redisUrl?: string;

  @Setting('Maximum time to wait for Redis before it counts as unavailable.', { unit: 'milliseconds' })
  @Between(1, 10 * SECOND)
  declare readonly redisTimeout: number;

  @Setting(
    'Behavior while Redis is unavailable. `open`: each process counts by itself, so that the limits apply ' +
      'per process. `closed`: requests fail with 503 `UNAVAILABLE`.',
  )
  @IsIn(failures)
  declare readonly onStoreFailure: (typeof failures)[number];
}
