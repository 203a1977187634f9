import manifest from '../../../package.json' with { type: 'json' };

/**
 * Returns why Haven cannot run on this version of Node, or undefined if it can. `engines` in package.json names the
 * oldest supported version.
 */
export function unsupportedNode(version: string): string | undefined {
  const oldest = manifest.engines.node.replace('>=', '');
  const [major = 0, minor = 0] = numbers(oldest);
  const [ownMajor = 0, ownMinor = 0] = numbers(version);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return undefined;
  return `Haven needs Node ${oldest} or later; this is Node ${version}.`;
}

function numbers(version: string): number[] {
  return version.split('.').map(Number);
}
