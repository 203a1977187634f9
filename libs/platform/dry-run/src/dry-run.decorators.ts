import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { Args } from '@nestjs/graphql';
import { ApiQuery } from '@nestjs/swagger';

import { DeclareRoute, ErrorResponses, SuccessMember } from '@haven/api';

import { DryRunView } from './dry-run.contract.js';
import { DryRunInterceptor } from './dry-run.interceptor.js';

const DESCRIPTION = 'Changes nothing, and returns what the same request without it would return';

/**
 * Adds the parameter `dryRun` to a REST route: the request is executed and rolled back, and the member `dryRun` of the
 * response says what it would change. Use it below `@Operation`. With `inBody`, the body can have the member `dryRun`
 * instead.
 */
export function AllowsDryRun({ inBody = false }: { inBody?: boolean } = {}): MethodDecorator {
  return applyDecorators(
    UseInterceptors(DryRunInterceptor),
    DeclareRoute({ dryRun: inBody ? 'query or body' : 'query' }),
    SuccessMember('dryRun', DryRunView, 'The response to a request with `dryRun`; nothing was changed.'),
    ErrorResponses(['QUERY_TIMEOUT']),
    ApiQuery({
      name: 'dryRun',
      required: false,
      description: `${DESCRIPTION}, with status 200, and the changes in its member \`dryRun\`.`,
      schema: { type: 'boolean', default: false },
    }),
  );
}

/** Adds the argument `dryRun` to a mutation. The changes are in `extensions.dryRun` of the response. */
export function AllowsDryRunArgument(): MethodDecorator {
  return (target, property, descriptor) => {
    UseInterceptors(DryRunInterceptor)(target, property, descriptor);
    // The interceptor reads the argument, so the handler has no parameter for it.
    const parameters = Reflect.getMetadata('design:paramtypes', target, property) as unknown[];
    Args('dryRun', {
      type: () => Boolean,
      nullable: true,
      description: `${DESCRIPTION}, with the changes in \`extensions.dryRun\`.`,
    })(target, property, parameters.length);
  };
}
