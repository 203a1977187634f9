import { Injectable, SetMetadata } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { FastifyRequest } from 'fastify';

import { unknownMember, validationFailed } from '@haven/api';
import { invalid } from '@haven/kernel';

import { hasBody } from './negotiation.js';

const IGNORES = Symbol('ignores undeclared input');

/**
 * Marks controllers outside the API that ignore undeclared parameters and bodies, which orchestrators may add to
 * probes.
 */
export const IgnoresUndeclaredInput = (): ClassDecorator => SetMetadata(IGNORES, true);

/** The input that a handler declares with Nest's `@Query()` and `@Body()`. */
interface DeclaredInput {
  /** Names of single parameters (`@Query('name')`); undefined if a class declares them, which `ContractPipe` checks. */
  parameters: ReadonlySet<string> | undefined;
  body: boolean;
}

/**
 * Rejects query parameters and bodies that a handler does not declare, because they would have no effect although the
 * client expects one. A handler that declares nothing accepts neither. A request without query parameters and body is
 * always accepted.
 */
@Injectable()
export class DeclaredInputGuard implements CanActivate {
  private readonly declared = new WeakMap<object, DeclaredInput>();

  canActivate(context: ExecutionContext): boolean {
    if (context.getType<string>() !== 'http') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const names = Object.keys(request.query as object);
    const withBody = hasBody(request);
    if (names.length === 0 && !withBody) return true;
    const { parameters, body } = this.declaredBy(context);
    const unknown = parameters ? names.filter((name) => !parameters.has(name)) : [];
    if (unknown.length > 0) throw validationFailed(unknown.map((name) => unknownMember(name, parameters ?? [])));
    if (withBody && !body) {
      throw invalid(
        'VALIDATION_FAILED',
        '',
        'This operation accepts no request body; send preconditions as headers, such as If-Match',
      );
    }
    return true;
  }

  private declaredBy(context: ExecutionContext): DeclaredInput {
    const handler = context.getHandler();
    const known = this.declared.get(handler);
    if (known) return known;
    const declared = Reflect.getMetadata(IGNORES, context.getClass())
      ? { parameters: undefined, body: true }
      : declaredInput(context.getClass(), handler.name);
    this.declared.set(handler, declared);
    return declared;
  }
}

/** Reads Nest's own metadata, as its OpenAPI module does, so that nothing has to be declared twice. */
function declaredInput(controller: object, method: string): DeclaredInput {
  const args: Record<string, { data?: string }> = Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, method) ?? {};
  const of = (kind: RouteParamtypes) => Object.entries(args).filter(([key]) => key.startsWith(`${kind}:`));
  const parameters = of(RouteParamtypes.QUERY).map(([, { data }]) => data);
  return {
    parameters: parameters.includes(undefined) ? undefined : new Set(parameters.filter((name) => name !== undefined)),
    body: of(RouteParamtypes.BODY).length > 0,
  };
}
