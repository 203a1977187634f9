import './mantine-styles.js';
import '@mantine/notifications/styles.css';
import './console.css';

import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { startTransition, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';

import { prefix, styleNonce } from './page.js';
import { SessionProvider } from './session/session-provider.js';
import { preloadView } from './shell/routes.js';
import { Shell } from './shell/shell.js';
import { theme } from './theme.js';

const queries = new QueryClient({
  defaultOptions: {
    // The client repeats requests itself.
    queries: { retry: false, staleTime: 5_000, refetchOnWindowFocus: false },
    mutations: { retry: false },
  },
});

const root = document.querySelector('#root');
if (!root) throw new Error('The page has no root element.');
const reactRoot = createRoot(root);
// React renders a transition in short tasks, so that no long one delays what the browser does besides.
startTransition(() =>
  reactRoot.render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => styleNonce}>
        <Notifications position="bottom-right" />
        <QueryClientProvider client={queries}>
          <Router base={`${prefix}/console`}>
            <SessionProvider>
              <Shell />
            </SessionProvider>
          </Router>
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  ),
);
// In a task of its own, because it creates an element for each file.
setTimeout(() => preloadView(location.pathname.slice(`${prefix}/console`.length)));
