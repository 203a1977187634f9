import type { ApolloServerOptionsWithGateway } from '@apollo/server';

import type { GraphqlContext } from '@haven/api';

import type { DocumentStore } from './document-store.js';
import type { ExecutableSchema } from './executable-schema.js';

type Gateway = NonNullable<ApolloServerOptionsWithGateway<GraphqlContext>['gateway']>;

/** Lets Apollo validate documents against the schema that clients see, and execute them by `execute`, once each. */
export function gatewayTo(executable: ExecutableSchema): Gateway {
  const { schema } = executable;
  let onSchema: (schemaContext: { apiSchema: typeof schema; coreSupergraphSdl: string }) => void;
  return {
    onSchemaLoadOrUpdate(callback) {
      onSchema = callback;
      return () => undefined;
    },
    async load() {
      onSchema({ apiSchema: schema, coreSupergraphSdl: '' });
      return {
        executor: ({ document, context, request: { variables: variableValues, operationName } }) => {
          const contextValue = context as GraphqlContext; // Apollo declares any object
          const run = () => executable.execute({ schema, document, contextValue, variableValues, operationName });
          return contextValue.request.operationRun?.execute(run) ?? run();
        },
      };
    },
    async stop() {
      // nothing to stop
    },
  };
}

/**
 * Makes a server use the common cache of documents. If the cache was an option, Apollo would print the whole schema to
 * get a prefix for its keys, which takes longer than building the schema.
 */
export function shareDocuments(apollo: object, documents: DocumentStore, { key }: ExecutableSchema): void {
  const { state } = Reflect.get(apollo, 'internals') as StartedApollo; // private, but there is no other way
  state.schemaManager.getSchemaDerivedData().documentStore = {
    get: (hash) => documents.get(`${key}:${hash}`),
    set: (hash, document) => documents.set(`${key}:${hash}`, document),
    delete: (hash) => documents.delete(`${key}:${hash}`),
  };
}

interface StartedApollo {
  readonly state: {
    readonly schemaManager: {
      getSchemaDerivedData(): { documentStore: Pick<DocumentStore, 'get' | 'set' | 'delete'> | null };
    };
  };
}
