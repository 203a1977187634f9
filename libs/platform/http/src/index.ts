export { Authenticator } from './authenticator.js';
export type { AuthenticatorModule, Credentials } from './authenticator.js';
export { canonicalUrl } from './canonical-url.js';
export { configureHttp } from './configure-http.js';
export { IgnoresUndeclaredInput } from './declared-input.guard.js';
export { HttpModule } from './http.module.js';
export { decodeUtf8 } from './json-body.js';
export { nodeOptions } from './node-options.js';
export { Preconditions } from './preconditions.decorator.js';
export { cacheAge, positionHeader } from './read-consistency.js';
export { declareRoutes, declareUnmatched } from './route.js';
export {
  respondOnSocket as answerSocket,
  onClientError as refuseUnreadable,
  onRoutingError as refuseUnroutable,
} from './early-errors.js';
