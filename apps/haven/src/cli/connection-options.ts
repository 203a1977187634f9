import { Option } from 'commander';

import { HavenClient } from './haven-client.js';

const DEFAULT_URL = 'http://127.0.0.1:8080';

/** The option `--url` of every command that calls the API. */
export function urlOption(): Option {
  return new Option('--url <url>', 'URL of the Haven server').env('HAVEN_URL').default(DEFAULT_URL);
}

/**
 * Creates a client of the Haven server at `url`. The key is read from the environment, because every user of the
 * machine can read the arguments of a process. An empty URL means the default.
 */
export function connect(url: string): HavenClient {
  return new HavenClient(url || DEFAULT_URL, process.env['HAVEN_KEY']);
}
