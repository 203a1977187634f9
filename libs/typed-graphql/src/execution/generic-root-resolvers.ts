import { getNamedType } from 'graphql';
import type { GraphQLField, GraphQLOutputType, GraphQLResolveInfo, GraphQLSchema } from 'graphql';

import type { ConnectionOf, GraphqlContext } from '@haven/api';
import type { ChangeView } from '@haven/changes';
import { PlanCache } from '@haven/graphql';
import { HavenError, RawJson } from '@haven/kernel';
import type { RecordView, RelatedRecordsService } from '@haven/records';

import type { RootField } from '../field-source.js';
import type { RootResolvers } from '../schema/root-resolvers.js';
import { aggregateResolver } from './aggregate-resolver.js';
import { PlanCompiler } from './compile-plan.js';
import { Completion } from './completion.js';
import { genericFields, toGenericArguments } from './generic-arguments.js';
import { inTypedArguments } from './list-arguments.js';
import type { FieldArguments } from './list-arguments.js';
import { operationOf } from './operation-state.js';
import type { Location } from './location.js';
import type { RecordPage } from './page-writer.js';
import { callGeneric, declaredBy } from './resolver-calls.js';
import type { Call, RootResolver } from './resolver-calls.js';

/** Writes what a generic field has returned, as the selection of the typed field says. */
type Complete = (completion: Completion, result: unknown, selection: Selection) => Promise<string>;

/** The selection of a root field, and the public schema that it belongs to. */
interface Selection {
  readonly info: GraphQLResolveInfo;
  readonly schema: GraphQLSchema;
}

/**
 * Resolves typed root fields by the resolvers of the generic fields, so that arguments are validated, scopes checked
 * and changes made by the same code, and completes what these return.
 */
export class GenericRootResolvers implements RootResolvers {
  constructor(
    private readonly generic: GraphQLSchema,
    private readonly related: RelatedRecordsService,
  ) {}

  resolve(field: RootField, type: GraphQLOutputType): RootResolver {
    const complete = completing(field, type);
    if (field.operation === 'changes')
      return (change, args: FieldArguments, context, info) => this.write(complete, change, { args, context, info });
    const generic = this.genericField(field);
    if (field.operation === 'aggregate') return aggregateResolver(generic, field, type);
    return async (source, args: FieldArguments, context, info) => {
      const result = await this.call(generic.resolve, field, { source, args, context, info });
      if (genericFields[field.operation].root === 'mutation') operationOf(context).discardLoaded();
      return result === null || typeof result === 'boolean'
        ? result
        : this.write(complete, result, { args, context, info });
    };
  }

  subscribe(field: RootField, _type: GraphQLOutputType): RootResolver {
    const generic = this.genericField(field);
    return async (source, args: FieldArguments, context, info) => {
      const events = await this.call(generic.subscribe, field, { source, args, context, info });
      return rewordErrors(events as AsyncIterableIterator<unknown>, (error) =>
        // what the generic field returns
        inTypedArguments(error, args, declaredBy(info)),
      );
    };
  }

  private call(resolver: RootResolver | undefined, field: RootField, call: Call): Promise<unknown> {
    const { args } = call;
    const declared = declaredBy(call.info);
    return callGeneric(resolver, toGenericArguments(field, args, declared), call, (error) =>
      inTypedArguments(error, args, declared, field.key?.args),
    );
  }

  private genericField({ operation }: RootField): GraphQLField<unknown, GraphqlContext> {
    const { root, name } = genericFields[operation];
    const types = {
      query: this.generic.getQueryType(),
      mutation: this.generic.getMutationType(),
      subscription: this.generic.getSubscriptionType(),
    };
    const field = types[root]?.getFields()[name];
    if (!field) throw new Error(`The generic schema has no ${root} ${name}.`);
    return field;
  }

  private async write(complete: Complete, result: unknown, { args, context, info }: Omit<Call, 'source'>) {
    const state = operationOf(context);
    const completion = new Completion({
      loaders: state.loaders(this.related),
      errors: state.errors,
      variables: info.variableValues,
      asOf: typeof args['asOf'] === 'string' ? args['asOf'] : undefined,
    });
    return new RawJson(await complete(completion, result, { info, schema: state.schema }));
  }
}

/** A subscription checks its arguments when its first event is requested. */
function rewordErrors(
  events: AsyncIterableIterator<unknown>,
  reword: (error: HavenError) => HavenError,
): AsyncIterableIterator<unknown> {
  return {
    next: async () => {
      try {
        return await events.next();
      } catch (error) {
        throw error instanceof HavenError ? reword(error) : error;
      }
    },
    return: async (value) => (await events.return?.(value)) ?? { done: true, value },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Returns the function that completes the results of a root field. */
function completing({ operation }: RootField, type: GraphQLOutputType): Complete {
  const named = getNamedType(type);
  if (operation === 'list')
    return planned(
      (compiler, { fieldNodes }) => compiler.connection(named, fieldNodes),
      (completion, plan, result, root) => completion.page(plan, pageOf(result as ConnectionOf<RecordView>), root),
    );
  if (operation === 'changes')
    return planned(
      (compiler, { fieldNodes }) => compiler.change(named, fieldNodes),
      (completion, plan, result, root) => completion.change(plan, result as ChangeView, root),
    );
  return planned(
    (compiler, { fieldNodes }) => compiler.object(named, fieldNodes),
    (completion, plan, result, root) => completion.record(plan, result as RecordView, root),
  );
}

/** Compiles each selection once, and writes results by its plan. `write` knows what the generic field returns. */
function planned<Plan>(
  compile: (compiler: PlanCompiler, info: GraphQLResolveInfo) => Plan,
  write: (completion: Completion, plan: Plan, result: unknown, root: Location) => Promise<string>,
): Complete {
  const plans = new PlanCache<Plan>();
  return (completion, result, { info, schema }) => {
    const { fragments, variableValues: variables, path } = info;
    const plan = plans.get(info, String(path.key), () =>
      compile(new PlanCompiler({ schema, fragments, variables }), info),
    );
    return write(completion, plan, result, { parent: undefined, key: path.key });
  };
}

function pageOf(connection: ConnectionOf<RecordView>): RecordPage {
  const { edges, pageInfo } = connection;
  return {
    records: edges.map(({ node }) => node),
    hasNext: pageInfo.hasNextPage,
    hasPrevious: pageInfo.hasPreviousPage,
    cursorAt: (index) => edges[index]?.cursor ?? '',
    count: () => connection.totalCount,
    truncated: connection.truncated,
  };
}
