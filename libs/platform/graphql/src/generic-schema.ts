import { execute, getArgumentValues, getOperationAST, getVariableValues, Kind, subscribe } from 'graphql';
import type { DocumentNode, ExecutionResult, FragmentDefinitionNode, GraphQLResolveInfo, GraphQLSchema } from 'graphql';

import type { GraphqlContext } from '@haven/api';
import { RawJson } from '@haven/kernel';

import { compileOperation } from './execution/compiled-operation.js';
import type { CompiledField, CompiledOperation } from './execution/compiled-operation.js';
import { PlanCache } from './execution/plan-cache.js';
import type { PlannedOperation } from './execution/plan-cache.js';
import { ResponseText } from './execution/response-text.js';
import { rememberResults, useRememberedResults } from './execution/root-results.js';
import type { RootResult } from './execution/root-results.js';
import type { ExecutableSchema, SchemaOperation } from './executable-schema.js';

/**
 * The schema that all callers have. Its root fields are resolved by their resolvers, and their results are written as
 * text by compiled selections. graphql-js executes what cannot be compiled, and completes operations with an error.
 */
export class GenericSchema implements ExecutableSchema {
  readonly key = 'generic';
  private readonly plans = new PlanCache<{ readonly compiled: CompiledOperation | null }>();
  private readonly fragments = new WeakMap<DocumentNode, Record<string, FragmentDefinitionNode>>();

  constructor(readonly schema: GraphQLSchema) {
    useRememberedResults(schema);
  }

  async execute(request: SchemaOperation): Promise<ExecutionResult> {
    const planned = this.planned(request);
    const compiled = planned && this.compiled(planned);
    if (!compiled) return execute(request);
    const results = new Map<string, RootResult>();
    const data = await this.write(compiled, planned, request.contextValue, results);
    if (data !== undefined) return { data: new RawJson(data) as unknown as NonNullable<ExecutionResult['data']> };
    rememberResults(request.contextValue, results);
    return execute(request);
  }

  async subscribe(request: SchemaOperation) {
    return (await subscribe(request)) as Awaited<ReturnType<ExecutableSchema['subscribe']>>; // declared less specifically
  }

  /** Returns undefined if no operation can be selected, or the variables are invalid. */
  private planned({ document, operationName, variableValues }: SchemaOperation): PlannedOperation | undefined {
    const operation = getOperationAST(document, operationName);
    if (!operation) return undefined;
    const variables = getVariableValues(this.schema, operation.variableDefinitions ?? [], variableValues ?? {});
    if (!variables.coerced) return undefined;
    return { operation, fragments: this.fragmentsOf(document), variableValues: variables.coerced };
  }

  private fragmentsOf(document: DocumentNode): Record<string, FragmentDefinitionNode> {
    const known = this.fragments.get(document);
    if (known) return known;
    const fragments: Record<string, FragmentDefinitionNode> = Object.create(null);
    for (const definition of document.definitions)
      if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
    this.fragments.set(document, fragments);
    return fragments;
  }

  private compiled(planned: PlannedOperation): CompiledOperation | null {
    const { fragments, variableValues: variables } = planned;
    const compile = () => ({ compiled: compileOperation(planned, { schema: this.schema, fragments, variables }) });
    return this.plans.get(planned, '', compile).compiled;
  }

  /** Resolves the root fields and writes their values; returns undefined if graphql-js has to complete one of them. */
  private async write(
    { fields, isSerial, parentType }: CompiledOperation,
    planned: PlannedOperation,
    context: GraphqlContext,
    results: Map<string, RootResult>,
  ): Promise<string | undefined> {
    const resolve = (field: CompiledField) =>
      resolveField(field, { ...planned, schema: this.schema, parentType }, context);
    const started = isSerial ? undefined : fields.map(resolve);
    let data: string | undefined = '';
    for (const [index, field] of fields.entries()) {
      const result = await (started?.[index] ?? resolve(field));
      results.set(field.key, result);
      const text = 'value' in result ? await valueText(field, result.value) : undefined;
      data = text === undefined || data === undefined ? undefined : `${data}${field.label}${text}`;
    }
    return data === undefined ? undefined : `${data}}`;
  }
}

type SharedInfo = PlannedOperation & Pick<GraphQLResolveInfo, 'schema' | 'parentType'>;

async function resolveField(
  { key, nodes, definition }: CompiledField,
  shared: SharedInfo,
  context: GraphqlContext,
): Promise<RootResult> {
  const info: GraphQLResolveInfo = {
    fieldName: definition.name,
    fieldNodes: nodes,
    returnType: definition.type,
    parentType: shared.parentType,
    path: { prev: undefined, key, typename: shared.parentType.name },
    schema: shared.schema,
    fragments: shared.fragments,
    rootValue: undefined,
    operation: shared.operation,
    variableValues: shared.variableValues,
  };
  try {
    const [node] = nodes;
    const args = node ? getArgumentValues(definition, node, shared.variableValues) : {};
    return { value: await definition.resolve?.(undefined, args, context, info) };
  } catch (error) {
    return { error };
  }
}

/** Returns undefined if graphql-js has to complete the value. */
async function valueText({ write }: CompiledField, value: unknown): Promise<string | undefined> {
  const text = new ResponseText();
  try {
    write(text, value);
    return await text.complete();
  } catch {
    return undefined; // graphql-js finds the same reason, and adds the path and the location to the error
  }
}
