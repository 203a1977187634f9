import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { describeConfig } from './describe-config.js';
import { injectedVariables } from './injected-variables.js';
import { loadConfig } from './load-config.js';

const configDir = join(import.meta.dirname, '../../../../config');

/** Returns the variables that Kubernetes sets for a Service with the given prefix. */
const serviceLinks = (service: string, ip = '10.96.0.7', host = ip) => ({
  [`${service}_SERVICE_HOST`]: ip,
  [`${service}_SERVICE_PORT`]: '80',
  [`${service}_SERVICE_PORT_HTTP`]: '80',
  [`${service}_PORT`]: `tcp://${host}:80`,
  [`${service}_PORT_80_TCP`]: `tcp://${host}:80`,
  [`${service}_PORT_80_TCP_PROTO`]: 'tcp',
  [`${service}_PORT_80_TCP_PORT`]: '80',
  [`${service}_PORT_80_TCP_ADDR`]: ip,
});

/** Returns the variables that Docker sets for a link with the given prefix. */
const dockerLink = (link: string) => ({
  [`${link}_NAME`]: '/web/haven',
  [`${link}_PORT`]: 'tcp://172.17.0.2:8080',
  [`${link}_PORT_8080_TCP`]: 'tcp://172.17.0.2:8080',
  [`${link}_PORT_8080_TCP_START`]: 'tcp://172.17.0.2:8080',
  [`${link}_PORT_8080_TCP_PORT_END`]: '8081',
  [`${link}_ENV_HAVEN_OPERATOR_KEY`]: 'hvn_1_2',
  [`${link}_ENV_PATH`]: '/bin',
});

describe('a variable that the platform injects', () => {
  it.each([
    ['Kubernetes, Service haven', serviceLinks('HAVEN')],
    ['Kubernetes, Service haven-web-2', serviceLinks('HAVEN_WEB_2')],
    ['Kubernetes, IPv6', serviceLinks('HAVEN', 'fd00::7', '[fd00::7]')],
    [
      'Kubernetes, Services whose variables are those of settings',
      { ...serviceLinks('HAVEN_METRICS'), ...serviceLinks('HAVEN_SERVER') },
    ],
    ['Docker, link haven', dockerLink('HAVEN')],
    ['Docker, link haven-db', dockerLink('HAVEN_DB')],
  ])('is ignored: %s', (_, env) => {
    const loaded = loadConfig({ configDir, env });
    expect(loaded.injected).toEqual(Object.keys(env).toSorted());
    expect([loaded.config.server.port, loaded.config.metrics.port]).toEqual([8080, undefined]);
    expect(describeConfig(loaded)).toContain(
      `# ignored, because the platform sets them: ${loaded.injected.join(', ')}\n`,
    );
  });

  it('does not hide the setting that is given under another name', () => {
    const { config } = loadConfig({ configDir, env: { ...serviceLinks('HAVEN_SERVER'), PORT: '9090' } });
    expect(config.server.port).toBe(9090);
  });

  it.each([
    ['HAVEN_PORT', '8080'],
    ['HAVEN_PORT', 'tcp://haven:8080'],
    ['HAVEN_PORT', 'tcp://10.0.0.1:80800'],
    ['HAVEN_PORT', 'tcp://10.0.0.1:0'],
    ['HAVEN_PORT', 'tcp://fd00::1:80'],
    ['HAVEN_PORT', 'http://10.0.0.1:80'],
    ['HAVEN_SERVICE_HOST', 'haven.example'],
    ['HAVEN_SERVICE_PORT', 'http'],
    ['HAVEN_PORT_8080_TCP', '8080'],
    ['HAVEN_PORT_8080_TCP_PROTO', 'http'],
    ['HAVEN_PORT_8080_TCP_ADDR', 'db'],
    ['HAVEN_PORT_HTTP', 'tcp://10.0.0.1:80'],
    ['HAVEN_NAME', 'haven'],
    ['HAVEN_ENV_PATH', '/bin'],
    ['HAVEN_HOST', '10.0.0.1'],
  ])('is not any other: %s=%s', (name, value) => {
    expect(injectedVariables({ [name]: value })).toEqual([]);
    expect(() => loadConfig({ configDir, env: { [name]: value } })).toThrow(`${name}: is not a setting`);
  });

  it.each([
    ['HAVEN_TELEMETRY_SERVICE_NAME', '/web/haven'],
    ['HAVEN_METRICS_PORT', '9090'],
    ['MY_HAVEN_PORT', 'tcp://10.0.0.1:80'],
  ])('is not a setting nor a variable of something else: %s=%s', (name, value) => {
    expect(injectedVariables({ [name]: value })).toEqual([]);
  });
});
