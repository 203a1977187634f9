import { Option } from 'commander';

import { HavenClient } from './haven-client.js';

/** `--url`, of every command that talks to a running Haven. */
export function urlOption(): Option {
  return new Option('--url <url>', 'where Haven answers').env('HAVEN_URL').default('http://127.0.0.1:8080');
}

/** A client of the Haven at `url`, with the key of the environment: an argument could be read by everyone on the machine. */
export function connect(url: string): HavenClient {
  return new HavenClient(url, process.env['HAVEN_KEY']);
}
