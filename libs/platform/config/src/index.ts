export { ConfigError } from './config-error.js';
export { ConfigModule } from './config.module.js';
export { describeConfig } from './describe-config.js';
export { HavenConfig } from './haven.config.js';
export { loadConfig } from './load-config.js';
export type { LoadedConfig } from './load-config.js';
export { isLoopback } from './loopback.js';
export { isSecureUrl } from './secure-url.js';
export { settingsReference } from './settings-reference.js';
