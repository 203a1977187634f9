import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { loadConfig } from '@haven/config';

import { containersOf, kustomize } from '../support/kustomize.js';

/** Returns an object of a rendered overlay. */
function object(overlay: string, kind: string, name: string): any {
  return kustomize(join('docker/kubernetes', overlay)).find(
    (each) => each.kind === kind && each.metadata.name === name,
  );
}

describe('docker/kubernetes/local', () => {
  const named = (kind: string, name: string): any => object('local', kind, name);

  it('creates the same roles as docker/roles.sql', () => {
    expect(named('ConfigMap', 'database-roles').data['roles.sql']).toBe(readFileSync('docker/roles.sql', 'utf8'));
  });

  it('contains all secrets it refers to', () => {
    const { data } = named('ConfigMap', 'haven');
    const files = Object.values<string>(data).filter((value) => value.startsWith('/run/secrets/haven/'));
    const keys = Object.keys(named('Secret', 'haven').stringData);
    expect(files.map((file) => basename(file)).toSorted()).toEqual(keys.toSorted());
    const [password] = containersOf(named('StatefulSet', 'database'))[0].env.slice(-1);
    expect(keys).toContain(password.valueFrom.secretKeyRef.key);
  });

  it('connects Haven to its database', () => {
    const { host, pathname } = new URL(named('ConfigMap', 'haven').data.DATABASE_URL);
    expect(named('Service', host).spec.selector).toEqual(named('StatefulSet', host).spec.selector.matchLabels);
    expect(containersOf(named('StatefulSet', host))[0].env[0]).toEqual({
      name: 'POSTGRES_DB',
      value: pathname.slice(1),
    });
  });
});

describe('the service mesh overlays', () => {
  const REPEATABLE = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'];

  it('make Linkerd retry only idempotent requests', () => {
    const repeatable = object('linkerd', 'HTTPRoute', 'haven-repeatable');
    expect(Object.keys(repeatable.metadata.annotations)).toContain('retry.linkerd.io/http');
    const [{ matches }] = repeatable.spec.rules;
    expect(matches).toEqual([
      ...REPEATABLE.map((method) => ({ method })),
      { headers: [{ type: 'RegularExpression', name: 'idempotency-key', value: '.+' }] },
    ]);
    const once = object('linkerd', 'HTTPRoute', 'haven-once');
    expect(once.metadata.annotations).toBeUndefined();
    expect(once.spec.rules[0].matches).toEqual([{ path: { type: 'PathPrefix', value: '/' } }]);
  });

  it('make Istio retry only idempotent requests', () => {
    const [repeatable, once] = object('istio', 'VirtualService', 'haven').spec.http;
    const [{ method }, { headers }] = repeatable.match;
    expect(method.regex.split('|').toSorted()).toEqual([...REPEATABLE, 'QUERY'].toSorted());
    expect(headers).toEqual({ 'idempotency-key': { regex: '.+' } });
    expect(once.match).toBeUndefined();
    expect(once.retries).toEqual({ attempts: 0 });
  });

  it('require mutual TLS, except for the probes', () => {
    expect(object('istio', 'PeerAuthentication', 'haven').spec.mtls).toEqual({ mode: 'STRICT' });
    const istio = object('istio', 'Deployment', 'haven').spec.template.metadata;
    expect(istio.labels['sidecar.istio.io/inject']).toBe('true');
    expect(istio.annotations['sidecar.istio.io/rewriteAppHTTPProbers']).toBe('true');
    const linkerd = object('linkerd', 'Deployment', 'haven').spec.template.metadata.annotations;
    expect(linkerd).toMatchObject({
      'linkerd.io/inject': 'enabled',
      'config.linkerd.io/default-inbound-policy': 'all-authenticated',
    });
  });

  it('close idle connections before Haven does', () => {
    const { idleTimeout } = object('istio', 'DestinationRule', 'haven').spec.trafficPolicy.connectionPool.http;
    const { config } = loadConfig({ configDir: 'config', env: {} });
    expect(parseInt(idleTimeout) * 1000).toBeLessThan(config.connections.idleTimeout);
  });
});
