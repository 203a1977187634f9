import { start } from './start.js';

/** Where debuggers and the development server enter; `haven start` does the same. */
await start();
