import { applyDecorators } from '@nestjs/common';
import { Args } from '@nestjs/graphql';
import { ApiQuery } from '@nestjs/swagger';

import { addParameter, DeclareRoute, ErrorResponses, SuccessMember, WrapHandler } from '@haven/api';

import { DryRunView } from './dry-run.contract.js';
import { DryRunExecution } from './dry-run-execution.js';

const DESCRIPTION = 'Changes nothing, and returns what the same request without it would return';

/**
 * Adds the parameter `dryRun` to a REST route: the request is executed and rolled back, and the member `dryRun` of the
 * response says what it would change. Use it below `@Operation`. With `inBody`, the body can have the member `dryRun`
 * instead.
 */
export function AllowsDryRun({ inBody = false }: { inBody?: boolean } = {}): MethodDecorator {
  return applyDecorators(
    WrapHandler(DryRunExecution),
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
    WrapHandler(DryRunExecution)(target, property, descriptor);
    // The service reads the argument, so the handler declares no parameter for it.
    Args('dryRun', {
      type: () => Boolean,
      nullable: true,
      description: `${DESCRIPTION}, with the changes in \`extensions.dryRun\`.`,
    })(target, property, addParameter(target, property));
  };
}
