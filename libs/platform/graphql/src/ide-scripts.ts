import { IDE_EXAMPLES } from './ide-examples.js';

/**
 * Starts the workers of the editor when the page is used for the first time: they are a third of what a browser loads,
 * and only check and complete what is typed. Runs before the editor is loaded.
 */
export const IDE_SETUP = `const base = document.currentScript.src;
const used = new Promise((resolve) => {
  for (const event of ['pointerdown', 'keydown']) addEventListener(event, resolve, { once: true, capture: true });
});
self.MonacoEnvironment = {
  globalAPI: false,
  getWorker: async (_module, label) => {
    await used;
    const name = ['json', 'graphql'].includes(label) ? label : 'editor';
    return new Worker(new URL(\`./\${name}.worker.js\`, base), { name: label, type: 'module' });
  },
};
`;

/**
 * Opens the IDE. Queries and mutations are sent over HTTP, subscriptions over WebSocket; the headers that the user
 * enters become the payload of `connection_init`, because a page cannot set headers on a WebSocket. The document and
 * its variables are kept in the URL of the page, so that it can be reloaded and shared; the headers are not.
 */
export const IDE_PAGE = `const endpoint = new URL(location.pathname.replace(/[/]+$/, ''), location.href).href;
const shared = new URL(location.href).searchParams;
const mostUrlBytes = Number(document.body.dataset.mostUrlBytes);
const last = lastTab();
const opened = shared.has('query') ? { query: shared.get('query'), variables: shared.get('variables') } : last;

YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), {
  title: 'Haven',
  logo: document.querySelector('#logo').innerHTML,
  fetcher,
  query: opened.query ?? undefined,
  variables: opened.variables ?? undefined,
  initialHeaders: last.headers ?? undefined,
  defaultTabs: opened.query ? undefined : ${JSON.stringify(IDE_EXAMPLES)},
  onEditQuery: (query) => share({ query }),
  onEditVariables: (variables) => share({ variables }),
  onTabChange: ({ tabs, activeTabIndex }) => {
    const { query, variables } = tabs[activeTabIndex];
    share({ query, variables });
  },
});

/** Returns the tab that was open last. GraphiQL finds it again only by its content, and would open another one. */
function lastTab() {
  try {
    const { tabs, activeTabIndex } = JSON.parse(localStorage.getItem('graphiql:tabState'));
    return tabs[activeTabIndex] ?? {};
  } catch {
    return {};
  }
}

/** Keeps the document and the variables in the URL, unless the server would refuse it. */
function share(changed) {
  for (const [name, text] of Object.entries(changed)) {
    if (text) shared.set(name, text);
    else shared.delete(name);
  }
  const url = new URL(location.href);
  url.search = shared;
  if (url.pathname.length + url.search.length > mostUrlBytes) url.search = '';
  history.replaceState({}, '', url);
}

function fetcher(operation, { headers = {}, documentAST } = {}) {
  return isSubscription(operation, documentAST) ? subscribe(operation, headers ?? {}) : send(operation, headers ?? {});
}

function isSubscription({ operationName }, document) {
  const operations = document?.definitions.filter(({ kind }) => kind === 'OperationDefinition') ?? [];
  const found = operations.find(({ name }) => !operationName || name?.value === operationName);
  return found?.operation === 'subscription';
}

async function send(operation, headers) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json, application/json',
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(operation),
  });
  return response.json();
}

/** Returns an observable of the results, which opens one connection (graphql-transport-ws). */
function subscribe(operation, headers) {
  return {
    subscribe(observer) {
      const socket = new WebSocket(endpoint.replace(/^http/, 'ws'), 'graphql-transport-ws');
      const write = (message) => socket.send(JSON.stringify(message));
      let ended = false;
      const end = (report) => {
        if (ended) return;
        ended = true;
        socket.close();
        report?.();
      };
      socket.onopen = () => write({ type: 'connection_init', payload: headers });
      socket.onmessage = ({ data }) => {
        const { type, payload } = JSON.parse(data);
        if (type === 'connection_ack') write({ id: 'ide', type: 'subscribe', payload: operation });
        else if (type === 'ping') write({ type: 'pong' });
        else if (type === 'next') observer.next(payload);
        else if (type === 'error') end(() => observer.error(payload));
        else if (type === 'complete') end(() => observer.complete());
      };
      socket.onclose = ({ code, reason }) =>
        end(() => observer.error(new Error(\`The connection was closed (\${code}). \${reason}\`)));
      return { unsubscribe: () => end() };
    },
  };
}
`;
