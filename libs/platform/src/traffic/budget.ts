import type { FastifyReply } from 'fastify';

import { HavenError } from '@haven/kernel';

import type { Limit, Standing } from './limit.js';

/** A limit and whom it counts here. */
export interface Account {
  readonly limit: Limit;
  readonly key: string;
}

/** The limits that one request, or one connection, has come under, and what it tells about them in its answer. */
export class Budget {
  private readonly accounts: Account[] = [];
  private readonly standings: Standing[] = [];
  private isRefused = false;

  /** Without a reply there is nobody to tell in headers. */
  constructor(private readonly reply?: FastifyReply) {}

  /** Comes under more limits, and takes a cost from these alone. */
  enter(accounts: readonly Account[], cost: number): Promise<void> {
    const from = this.accounts.length;
    this.accounts.push(...accounts);
    return this.takeFrom(from, cost);
  }

  /** Takes a cost from all limits, or fails with `RATE_LIMITED` and takes nothing. */
  charge(cost: number): Promise<void> {
    return cost > 0 ? this.takeFrom(0, cost) : Promise.resolve();
  }

  /** Takes the cost, or all that is left when that is less. */
  async chargeAtMost(cost: number): Promise<void> {
    try {
      await this.charge(cost);
    } catch {
      await this.charge(Math.min(...this.standings.map(({ remaining }) => remaining)));
    }
  }

  private async takeFrom(from: number, cost: number): Promise<void> {
    const accounts = this.accounts.slice(from);
    for (const { limit } of accounts) if (cost > limit.quota) throw neverFits(limit, cost);
    const taken = await Promise.all(accounts.map(({ limit, key }) => limit.take(key, cost)));
    for (const [index, standing] of taken.entries()) this.standings[from + index] = standing;
    const violated = accounts.filter((_, index) => !taken[index]?.passed);
    if (violated.length > 0) await this.giveBack(from, cost);
    this.tell();
    if (violated.length === 0) return;
    const resetsIn = Math.max(...taken.filter(({ passed }) => !passed).map(({ resetsIn }) => resetsIn));
    throw this.refused(violated, seconds(resetsIn));
  }

  private async giveBack(from: number, cost: number): Promise<void> {
    for (const [index, { limit, key }] of this.accounts.slice(from).entries()) {
      const standing = this.standings[from + index];
      if (!standing?.passed) continue;
      await limit.giveBack(key, cost);
      this.standings[from + index] = { ...standing, remaining: standing.remaining + cost };
    }
  }

  private tell(): void {
    if (!this.reply || this.reply.raw.headersSent) return;
    if (this.isRefused) this.reply.removeHeader('retry-after'); // it has waited, and goes on
    let policies = '';
    let states = '';
    for (const [index, { limit }] of this.accounts.entries()) {
      const { remaining, resetsIn } = this.standings[index] ?? UNTOUCHED;
      policies += `${policies && ', '}${limit.policy}`;
      states += `${states && ', '}"${limit.name}";r=${remaining};t=${seconds(resetsIn)}`;
    }
    this.reply.header('ratelimit-policy', policies).header('ratelimit', states);
  }

  private refused(violated: readonly Account[], retryAfter: number): HavenError {
    this.isRefused = true;
    if (this.reply && !this.reply.raw.headersSent) this.reply.header('retry-after', String(retryAfter));
    return rateLimited(
      violated.map(({ limit: { name } }) => name),
      retryAfter,
    );
  }
}

/** 429, with the names of the limits that do not allow it. */
export function rateLimited(policies: string[], retryAfter: number): HavenError {
  const names = policies.join(' and ');
  return new HavenError('RATE_LIMITED', `The rate limit of the ${names} does not allow this now.`, {
    retryAfter,
    violatedPolicies: policies,
  });
}

/** Waiting would be of no use. */
function neverFits({ name, quota }: Limit, cost: number): HavenError {
  return new HavenError(
    'LIMIT_EXCEEDED',
    `This costs ${cost}, and the rate limit of the ${name} never allows more than ${quota}; ask for less at once.`,
  );
}

const UNTOUCHED = { remaining: 0, resetsIn: 0 };

/** No point in time before the end: `t` and `Retry-After` are whole seconds. */
function seconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1_000));
}
