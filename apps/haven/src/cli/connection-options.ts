import { Option } from 'commander';

import { HavenClient } from './haven-client.js';

const DEFAULT_URL = 'http://127.0.0.1:8080';

/** `--url`, of every command that talks to a running Haven. */
export function urlOption(): Option {
  return new Option('--url <url>', 'where Haven answers').env('HAVEN_URL').default(DEFAULT_URL);
}

/**
 * A client of the Haven at `url`, with the key of the environment: an argument could be read by everyone on the machine.
 * An empty URL counts as not given.
 */
export function connect(url: string): HavenClient {
  return new HavenClient(url || DEFAULT_URL, process.env['HAVEN_KEY']);
}
