import { isIP } from 'node:net';

import type { Variables } from './environment.layer.js';
import { settings } from './settings.js';

/** The values that platforms inject for a Service or link, by the ending of the variable's name. */
const SHAPES: readonly (readonly [name: RegExp, isValue: (value: string) => boolean])[] = [
  [/_SERVICE_HOST$/, (value) => isIP(value) !== 0],
  [/_SERVICE_PORT(?:_[A-Z0-9_]+)?$/, isPort],
  [/_PORT$/, isEndpoint],
  [/_PORT_\d+_(?:TCP|UDP|SCTP)(?:_START|_END)?$/, isEndpoint],
  [/_PORT_\d+_(?:TCP|UDP|SCTP)_PROTO$/, (value) => /^(?:tcp|udp|sctp)$/.test(value)],
  [/_PORT_\d+_(?:TCP|UDP|SCTP)_PORT(?:_START|_END)?$/, isPort],
  [/_PORT_\d+_(?:TCP|UDP|SCTP)_ADDR$/, (value) => isIP(value) !== 0],
  [/_NAME$/, isLinkName],
];

/** Matches names that begin like those of a Service or link called `haven` or `haven-…`. */
const SERVICE = /^HAVEN(?:_[A-Z0-9]+)*_/;

const settingVariables = new Set(settings.flatMap((setting) => setting.variables));

/**
 * Returns the names of the variables that a platform sets for a Service or container named `haven` or `haven-…`, and
 * that nobody wrote: Kubernetes' service links and Docker's links. They are recognized by name and value, so that a
 * misspelled setting is still reported.
 */
export function injectedVariables(env: Variables): string[] {
  const links = Object.entries(env).flatMap(([name, value = '']) =>
    name.endsWith('_NAME') && isLinkName(value) ? [name.slice(0, -'_NAME'.length)] : [],
  );
  // Docker copies the variables of a linked container. Their values can be anything, so the link's name must exist.
  const isCopied = (name: string): boolean => links.some((link) => name.startsWith(`${link}_ENV_`));
  return Object.entries(env)
    .filter(([name, value = '']) => SERVICE.test(name) && (isCopied(name) || isInjected(name, value)))
    .map(([name]) => name)
    .toSorted();
}

function isInjected(name: string, value: string): boolean {
  // For a Service `haven-metrics`, HAVEN_METRICS_PORT is `tcp://10.0.0.1:80`, which is a value of no setting.
  if (settingVariables.has(name)) return name.endsWith('_PORT') && isEndpoint(value);
  return SHAPES.some(([ending, isValue]) => ending.test(name) && isValue(value));
}

function isPort(value: string): boolean {
  return /^\d{1,5}$/.test(value) && Number(value) > 0 && Number(value) <= 65_535;
}

/** Whether a value is the endpoint of a link: `tcp://10.0.0.1:8080` or `tcp://[fd00::1]:8080`. */
function isEndpoint(value: string): boolean {
  const [, bracketed, plain, port = ''] = /^(?:tcp|udp|sctp):\/\/(?:\[([^\]]+)\]|([\d.]+)):(\d+)$/.exec(value) ?? [];
  return isIP(bracketed ?? plain ?? '') === (bracketed === undefined ? 4 : 6) && isPort(port);
}

/** Whether a value is the name of a Docker link: `/web/haven`, which is the two containers' names. */
function isLinkName(value: string): boolean {
  return /^\/[\w.-]+\/[\w.-]+$/.test(value);
}
