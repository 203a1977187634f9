import { Readable } from 'node:stream';

import { Injectable } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { FastifyReply } from 'fastify';

import { callerOf, HandlerWrapper, isDryRun, requestOf } from '@haven/api';
import type { GraphqlContext } from '@haven/api';

import { DryRunView } from './dry-run.contract.js';
import { DryRun } from './dry-run.js';
import { predictedPointers } from './predicted-pointers.js';

/**
 * Executes a request with `dryRun` in a transaction that is rolled back, and adds the report to the response: in REST
 * as its member `dryRun`, in GraphQL to `extensions.dryRun`. Other requests are not affected.
 */
@Injectable()
export class DryRunExecution extends HandlerWrapper {
  constructor(private readonly dryRun: DryRun) {
    super();
  }

  wrap(context: ExecutionContext, _args: unknown[], handle: () => unknown): unknown {
    return isDryRun(context) ? this.respond(context, async () => handle()) : handle();
  }

  private async respond(context: ExecutionContext, handle: () => Promise<unknown>): Promise<unknown> {
    const request = requestOf(context);
    const caller = callerOf(request);
    const isStream = request.body instanceof Readable;
    const { result, report } = await this.dryRun[isStream ? 'runStream' : 'run'](caller, handle);
    if (context.getType<string>() === 'graphql') {
      const graphql = GqlExecutionContext.create(context);
      const view = new DryRunView(report, predictedPointers(result, report, graphql.getArgs()));
      const { key } = graphql.getInfo<{ path: { key: string } }>().path; // mutations are root fields
      (graphql.getContext<GraphqlContext>().dryRuns ??= {})[key] = view;
      return result;
    }
    const named = isStream ? request.url : [request.url, request.body];
    const view = new DryRunView(report, predictedPointers(result, report, named));
    context.switchToHttp().getResponse<FastifyReply>().code(200);
    return { ...Object(result ?? {}), dryRun: view };
  }
}
