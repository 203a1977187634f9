import { RouteConfig } from '@nestjs/platform-fastify';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import type { FastifyContextConfig } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The API that the route belongs to, which determines error format and headers; absent for pages and probes. */
    api?: 'rest' | 'graphql';
    /**
     * Whether callers must be authenticated. `optional`: a client without a key or token is served too; the request has
     * a caller if Haven admits clients without a key. Default: `authenticated`.
     */
    access?: 'public' | 'optional' | 'authenticated';
    /** Cost of a request (`rateLimits.readCost` or `rateLimits.writeCost`). Default: by the HTTP method. */
    cost?: 'read' | 'write';
    /** Where requests may state that they only report what they would change. Default: nowhere. */
    dryRun?: 'query' | 'query or body';
  }
}

/** Adds to the Fastify configuration of a route; unlike Nest's `@RouteConfig`, keeps what other decorators have set. */
export function DeclareRoute(config: FastifyContextConfig): MethodDecorator {
  return (target, property, descriptor) => {
    const declared: unknown = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, Object(descriptor.value));
    RouteConfig({ ...Object(declared), ...config })(target, property, descriptor);
  };
}

/** Allows a route to be called without authentication. All routes without this decorator require a caller. */
export function Public(): MethodDecorator {
  return DeclareRoute({ access: 'public' });
}

/** Sets the cost of a route whose method does not show whether it reads or writes, such as a query sent by POST. */
export function RequestCost(cost: 'read' | 'write'): MethodDecorator {
  return DeclareRoute({ cost });
}
