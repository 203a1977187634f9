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
import { AttemptDeadline } from './attempt-deadline.js';
import { readExcerpt } from './response-excerpt.js';
import { EgressPolicy } from './egress-policy.js';
import type { Resolve } from './egress-policy.js';
import { describeNetworkError } from './network-error.js';
import { EgressDenied } from './egress-denied.js';
import { retryAfter } from './retry-after.js';

/**
 * Maximum number of connections to one host: more than concurrent deliveries to a host need, so that none of them waits
 * for a connection.
 */
const CONNECTIONS_PER_ORIGIN = 256;
const IDLE_MS = 4_000;

/** Sends requests with undici, over keep-alive connections to addresses that the {@link EgressPolicy} admits. */
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
    const { allowHttp } = config.webhooks;
    this.policy = new EgressPolicy({ allowHttp, allowedNetworks: networksOf(config) }, resolve);
    const connect = callbackify((options: buildConnector.Options) => this.connect(options));
    this.agent = new Agent({
      connect: (options, callback) =>
        connect(options, (error, socket) => (error ? callback(error, null) : callback(null, socket))),
      connections: CONNECTIONS_PER_ORIGIN,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
      // 0 disables these timeouts, because AttemptDeadline limits the duration of the whole attempt.
      headersTimeout: 0,
      bodyTimeout: 0,
      allowH2: false,
    });
  }

  onApplicationBootstrap(): void {
    const networks = this.config.webhooks.allowedNetworks; // `allowLoopback` works only where no key is required
    if (networks.length === 0) return;
    const message = `Webhooks may be sent to the networks ${networks.join(', ')} (webhooks.allowedNetworks)`;
    this.log.pino.info({ context: UndiciWebhookClient.name }, message);
  }

  /**
   * Waits for the requests in flight, each of which ends at its deadline or when its signal is aborted. Connection
   * attempts are aborted at once.
   */
  async onModuleDestroy(): Promise<void> {
    await this.agent.close();
    for (const attempt of this.connecting) attempt.abort();
  }

  async send({ url, headers, body }: WebhookRequest, signal: AbortSignal): Promise<WebhookResponse> {
    const started = performance.now();
    const empty = { status: null, error: null, excerpt: null, retryAfterMs: null };
    const toResponse = (fields: Partial<WebhookResponse>) => ({
      ...empty,
      ...fields,
      durationMs: Math.round(performance.now() - started),
    });
    const deadline = new AttemptDeadline(this.config.webhooks.timeout, signal);
    try {
      const { origin, pathname, search } = this.policy.parse(url);
      const response = await this.agent.request({
        origin,
        path: `${pathname}${search}`,
        method: 'POST',
        headers: { ...headers, 'user-agent': 'Haven', 'accept-encoding': 'identity' },
        body,
        signal: deadline.signal,
      });
      const retryAfterMs = retryAfter(response.headers['retry-after'], Date.now());
      const excerpt = await readExcerpt(response.body);
      // The connection is reusable only in the next turn of the event loop; a request before that would open another.
      await setImmediate();
      return toResponse({ status: response.statusCode, excerpt, retryAfterMs });
    } catch (error) {
      return toResponse({ error: describeNetworkError(error) });
    } finally {
      deadline.clear();
    }
  }

  async check(url: string): Promise<void> {
    try {
      await this.policy.addressesOf(this.policy.parse(url));
    } catch (error) {
      throw invalid('VALIDATION_FAILED', '/url', `cannot be used for webhooks: ${describeNetworkError(error)}`);
    }
  }

  /** Connects to one of the allowed addresses, and checks the actual remote address before anything is sent. */
  private async connect(options: buildConnector.Options): Promise<Socket> {
    const addresses = await this.policy.addressesOf(options);
    const socket = await this.connectTo(addresses, options);
    if (socket && this.policy.admits(options.protocol, socket.remoteAddress ?? '')) return socket;
    socket?.destroy();
    throw new EgressDenied('no public address');
  }

  /** Tries the addresses one after another. */
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

const LOOPBACK_NETWORKS = ['127.0.0.0/8', '::1/128'];

/**
 * Returns the networks that webhooks may reach although they are not public. The loopback exception holds in open mode
 * only: everyone who can send a request can do everything there, and otherwise a key that may create webhooks would
 * reach every program on this machine.
 */
function networksOf({ auth, webhooks }: HavenConfig): readonly string[] {
  const { allowedNetworks, allowLoopback } = webhooks;
  return auth.open && allowLoopback ? [...allowedNetworks, ...LOOPBACK_NETWORKS] : allowedNetworks;
}
