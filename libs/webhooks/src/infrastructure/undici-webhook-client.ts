import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { callbackify, promisify } from 'node:util';

import { Injectable, Optional } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { Agent, buildConnector } from 'undici';

import { HavenConfig } from '@haven/config';
import { invalid } from '@haven/kernel';
import { Log } from '@haven/observability';

import { WebhookClient } from '../domain/webhook-client.js';
import type { WebhookResponse, WebhookRequest } from '../domain/webhook-client.js';
import { Deadline } from './deadline.js';
import { excerptOf } from './excerpt.js';
import { EgressPolicy } from './egress-policy.js';
import type { Resolve } from './egress-policy.js';
import { describeNetworkError } from './network-error.js';
import { EgressDenied } from './egress-denied.js';
import { retryAfter } from './retry-after.js';

/** More than the webhooks of one receiver use at once, so that nobody waits here. */
const CONNECTIONS_PER_ORIGIN = 256;
const IDLE_MS = 4_000;

/** Sends over connections that stay open for a moment, each opened to an address that the gate admits. */
@Injectable()
export class UndiciWebhookClient extends WebhookClient implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly policy: EgressPolicy;
  private readonly connecting = new Set<AbortController>();
  private readonly agent: Agent;

  constructor(
    private readonly config: HavenConfig,
    private readonly log: Log,
    @Optional() resolve: Resolve = (host) => lookup(host, { all: true }),
  ) {
    super();
    this.policy = new EgressPolicy(config.webhooks, resolve);
    const connect = callbackify((options: buildConnector.Options) => this.connect(options));
    this.agent = new Agent({
      connect: (options, callback) =>
        connect(options, (error, socket) => (error ? callback(error, null) : callback(null, socket))),
      connections: CONNECTIONS_PER_ORIGIN,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
      // One deadline is over everything.
      headersTimeout: 0,
      bodyTimeout: 0,
      allowH2: false,
    });
  }

  onApplicationBootstrap(): void {
    const { allowedNetworks } = this.config.webhooks;
    if (allowedNetworks.length === 0) return;
    const message = `Webhooks may reach ${allowedNetworks.join(', ')} (webhooks.allowedNetworks)`;
    this.log.pino.info({ context: UndiciWebhookClient.name }, message);
  }

  /** What is under way ends by its deadline at the latest, or by its signal. */
  async onModuleDestroy(): Promise<void> {
    await this.agent.close();
    for (const attempt of this.connecting) attempt.abort();
  }

  async send({ url, headers, body }: WebhookRequest, signal: AbortSignal): Promise<WebhookResponse> {
    const started = performance.now();
    const none = { status: null, error: null, excerpt: null, retryAfterMs: null };
    const outcome = (what: Partial<WebhookResponse>) => ({
      ...none,
      ...what,
      durationMs: Math.round(performance.now() - started),
    });
    const deadline = new Deadline(this.config.webhooks.timeout, signal);
    try {
      const { origin, pathname, search } = this.policy.parse(url);
      const answer = await this.agent.request({
        origin,
        path: `${pathname}${search}`,
        method: 'POST',
        headers: { ...headers, 'user-agent': 'Haven', 'accept-encoding': 'identity' },
        body,
        signal: deadline.signal,
      });
      const retryAfterMs = retryAfter(answer.headers['retry-after'], Date.now());
      const excerpt = await excerptOf(answer.body);
      // Only then can its connection be used again; whoever sends the next one at once would open another.
      await setImmediate();
      return outcome({ status: answer.statusCode, excerpt, retryAfterMs });
    } catch (error) {
      return outcome({ error: describeNetworkError(error) });
    } finally {
      deadline.clear();
    }
  }

  async check(url: string): Promise<void> {
    try {
      await this.policy.addressesOf(this.policy.parse(url));
    } catch (error) {
      throw invalid('VALIDATION_FAILED', '/url', `can not be sent to: ${describeNetworkError(error)}`);
    }
  }

  /** What was judged is what is connected to; and before anything is sent, it is looked where the connection really leads. */
  private async connect(options: buildConnector.Options): Promise<Socket> {
    const addresses = await this.policy.addressesOf(options);
    const socket = await this.connectTo(addresses, options);
    if (socket && this.policy.admits(options.protocol, socket.remoteAddress ?? '')) return socket;
    socket?.destroy();
    throw new EgressDenied('no public address');
  }

  /** Tries the addresses one after the other. */
  private async connectTo(addresses: LookupAddress[], options: buildConnector.Options): Promise<Socket | null> {
    const attempt = new AbortController();
    this.connecting.add(attempt);
    const connect = buildConnector({
      lookup: (_host, _options, found) => found(null, addresses),
      autoSelectFamily: true,
      timeout: this.config.webhooks.timeout,
      signal: attempt.signal,
      rejectUnauthorized: true,
      allowH2: false,
    });
    return promisify(connect)(options).finally(() => this.connecting.delete(attempt));
  }
}
