import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';

import { loadConfig } from '@haven/config';
import type { HavenConfig } from '@haven/config';

import { unknownFields, validate } from '../support/kubernetes-schemas.js';
import { containersOf, kustomize } from '../support/kustomize.js';
import { describeWith } from '../support/programs.js';
import type { Manifest } from '../support/kustomize.js';

const ROOT = 'docker/kubernetes';
const overlays = readdirSync(ROOT).toSorted();
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

const KEY = `hvn_${'0'.repeat(16)}_${'a'.repeat(64)}`;
const secretFiles = { 'database-password': 'a', 'database-owner-password': 'b', 'operator-key': KEY };
/**
 * A directory with the files of the Secret. The tests use it instead of the directory at which the Secret is mounted.
 */
let secrets: string;

beforeAll(() => {
  secrets = mkdtempSync(join(tmpdir(), 'haven-secrets-'));
  for (const [name, value] of Object.entries(secretFiles)) writeFileSync(join(secrets, name), value);
});
afterAll(() => rmSync(secrets, { recursive: true, force: true }));

it('has a base and the overlays that the guide describes', () => {
  expect(overlays).toEqual(['base', 'istio', 'linkerd', 'local', 'production']);
});

describe.each(overlays)('docker/kubernetes/%s', (overlay) => {
  const manifests = kustomize(join(ROOT, overlay));
  const one = (kind: string, name = 'haven'): Manifest => {
    const found = manifests.filter((each) => each.kind === kind && each.metadata.name === name);
    expect(found, `${kind} ${name}`).toHaveLength(1);
    return found[0] ?? expect.unreachable();
  };
  const pods = () => one('Deployment')['spec'].template.spec;
  const server = () => containersOf(one('Deployment'))[0];

  it.each(manifests.map((each) => [each.kind, each.metadata.name, each] as const))(
    '%s %s matches the schema of its API',
    async (_kind, _name, manifest) => {
      await validate(manifest);
    },
  );

  it('has no unknown fields', () => {
    expect(unknownFields(manifests)).toEqual([]);
  });

  describeWith('kubectl', 'kubectl kustomize', () => {
    it('renders the same manifests', () => {
      const text = execFileSync('kubectl', ['kustomize', join(ROOT, overlay)], { encoding: 'utf8' });
      const rendered = parseAllDocuments(text).map((document) => document.toJS());
      expect(rendered.toSorted(byName)).toEqual(manifests.toSorted(byName));
    });
  });

  it('has valid settings, and mounts the files they name', () => {
    const { server: settings, database, auth } = configOf(one('ConfigMap'));
    expect(settings).toMatchObject({ host: '0.0.0.0', port: server().ports[0].containerPort });
    expect(database).toMatchObject({ migrateOnStart: false });
    expect(auth.open).toBe(false);
    const mounted = pods().volumes.find(({ name }: any) => name === 'secrets').secret;
    expect(mounted.secretName).toBe('haven');
    expect(server().volumeMounts).toEqual([{ name: 'secrets', mountPath: '/run/secrets/haven', readOnly: true }]);
    expect(mountsOf(one('Job', 'haven-migrate'))).toEqual(mountsOf(one('Deployment')));
  });

  it('has no passwords outside of Secrets', () => {
    const { data } = one('ConfigMap') as any;
    for (const name of ['DATABASE_URL', 'DATABASE_MIGRATION_URL']) expect(new URL(data[name]).password).toBe('');
    expect(server().env).toBeUndefined();
  });

  it('probes existing paths, on the port that Haven listens on', () => {
    const { startupProbe, readinessProbe, livenessProbe, ports } = server();
    expect(ports).toEqual([{ name: 'http', containerPort: 8080 }]);
    expect([startupProbe, readinessProbe, livenessProbe].map(({ httpGet }) => httpGet)).toEqual([
      { path: '/startupz', port: 'http' },
      { path: '/readyz', port: 'http' },
      { path: '/livez', port: 'http' },
    ]);
    expect(one('Service')['spec'].ports[0].targetPort).toBe('http');
    expect(one('NetworkPolicy')['spec'].ingress).toEqual([{ ports: [{ port: 8080 }] }]);
  });

  it('gives a pod time to drain before it is killed, and time to become unready before it closes', () => {
    const { drainDelay, shutdownTimeout } = configOf(one('ConfigMap')).server;
    expect(pods().terminationGracePeriodSeconds * 1000).toBeGreaterThan(drainDelay + shutdownTimeout);
    const { periodSeconds, failureThreshold } = server().readinessProbe;
    expect(periodSeconds * failureThreshold * 1000).toBeLessThanOrEqual(drainDelay);
  });

  it('replaces pods one at a time, and never the last one', () => {
    const { strategy, replicas } = one('Deployment')['spec'];
    expect(strategy).toEqual({ type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } });
    expect(replicas, 'the autoscaler has the say').toBeUndefined();
    const { scaleTargetRef, maxReplicas } = one('HorizontalPodAutoscaler')['spec'];
    expect(scaleTargetRef).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'haven' });
    // Besides its pools, each process has one connection each for leader election, maintenance, LISTEN, credential
    // invalidation and webhooks, and one as the owner of the database.
    const { poolSize, streamPoolSize } = configOf(one('ConfigMap')).database;
    const connections = (maxReplicas + 1) * (poolSize + streamPoolSize + 6);
    expect(connections).toBeLessThan(100);
  });

  it('selects exactly the pods of the Deployment', () => {
    const { labels } = one('Deployment')['spec'].template.metadata;
    const migration = one('Job', 'haven-migrate')['spec'].template.metadata.labels;
    const selectors = [
      one('Deployment')['spec'].selector.matchLabels,
      one('Service')['spec'].selector,
      one('PodDisruptionBudget')['spec'].selector.matchLabels,
      ...pods().topologySpreadConstraints.map(({ labelSelector }: any) => labelSelector.matchLabels),
    ];
    for (const selector of selectors) {
      expect(labels).toMatchObject(selector);
      expect(migration).not.toMatchObject(selector);
    }
    expect(migration).toMatchObject(one('NetworkPolicy')['spec'].podSelector.matchLabels);
  });

  it('runs every container without privileges, on a read-only root file system, without a service account token', () => {
    for (const each of manifests.filter((manifest) => containersOf(manifest).length > 0)) {
      const { securityContext, automountServiceAccountToken, enableServiceLinks } = each['spec'].template.spec;
      expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      expect({ automountServiceAccountToken, enableServiceLinks }).toEqual({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
      });
      for (const container of containersOf(each)) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(container.resources.requests).toBeDefined();
        expect(container.resources.limits.memory).toBeDefined();
      }
    }
  });

  it('pins the version of every image', () => {
    const images = manifests.flatMap(containersOf).map(({ image }) => image as string);
    expect(images.length).toBeGreaterThan(1);
    for (const image of images) {
      expect(image).toMatch(/:\d+\.\d+/);
      if (/haven:/.test(image)) expect(image.endsWith(`:${version}`), image).toBe(true);
    }
  });

  it('puts all objects into one namespace', () => {
    const inside = manifests.filter(({ kind }) => kind !== 'Namespace').map(({ metadata }) => metadata.namespace);
    expect(new Set(inside)).toEqual(new Set([overlay === 'base' ? undefined : 'haven']));
  });

  /** Returns the configuration of a pod, from the environment of the image and the ConfigMap. */
  function configOf(settings: Manifest): HavenConfig {
    const files = Object.entries<string>(settings['data']).map(([name, value]) => [
      name,
      value.replace('/run/secrets/haven/', `${secrets}/`),
    ]);
    const env = { HAVEN_ENV: 'production', HOST: '0.0.0.0', ...Object.fromEntries(files) };
    return loadConfig({ configDir: 'config', env }).config;
  }
});

describe('the checks in this file', () => {
  it('detect unknown fields and invalid values', async () => {
    const [deployment] = kustomize(join(ROOT, 'base')).filter(({ kind }) => kind === 'Deployment');
    if (!deployment) expect.unreachable();
    containersOf(deployment)[0].livelinessProbe = {};
    expect(unknownFields([deployment])).toEqual([expect.stringContaining('livelinessProbe')]);
    containersOf(deployment)[0].ports[0].containerPort = 'http';
    await expect(validate(deployment)).rejects.toThrow('containerPort');
  });
});

function mountsOf(manifest: Manifest): unknown {
  const { volumes, containers } = manifest['spec'].template.spec;
  return { volumes, mounts: containers[0].volumeMounts, env: containers[0].envFrom };
}

function byName(a: Manifest, b: Manifest): number {
  return `${a.kind} ${a.metadata.name}`.localeCompare(`${b.kind} ${b.metadata.name}`);
}
