export { buildIfNeeded } from '../tools/build.ts';
export { root } from '../tools/tool.ts';
