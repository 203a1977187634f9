import { RouteConfig } from '@nestjs/platform-fastify';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import type { FastifyContextConfig } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The API that the route belongs to; pages and probes belong to none. It decides the format of errors and which headers are sent. */
    api?: 'rest' | 'graphql';
    /** Who may call the route; `authenticated` if it does not say. */
    access?: 'public' | 'authenticated';
    /** What a request costs (`rateLimits.readCost`, `rateLimits.writeCost`); the method decides if the route does not say. */
    cost?: 'read' | 'write';
  }
}

/** Adds to the Fastify configuration of a route, whatever other decorators have put there; Nest's `@RouteConfig` replaces it. */
export function DeclareRoute(config: FastifyContextConfig): MethodDecorator {
  return (target, property, descriptor) => {
    const declared: unknown = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, Object(descriptor.value));
    RouteConfig({ ...Object(declared), ...config })(target, property, descriptor);
  };
}

/** Lets everybody call a route. Routes without it require a caller, wherever they are. */
export function Public(): MethodDecorator {
  return DeclareRoute({ access: 'public' });
}

/** For a route whose method does not tell whether it reads or writes, such as a query sent by POST. */
export function RequestCost(cost: 'read' | 'write'): MethodDecorator {
  return DeclareRoute({ cost });
}
