import { Option } from 'commander';

import { findServer } from '../running-servers.js';
import { HavenClient } from './haven-client.js';

const DEFAULT_URL = 'http://127.0.0.1:8080';

/** The option `--url` of every command that calls the API. */
export function urlOption(): Option {
  const description = `URL of the Haven server; defaults to one started in this directory, then to ${DEFAULT_URL}`;
  return new Option('--url <url>', description).env('HAVEN_URL');
}

/** The option `--json` of every command that prints something for people. */
export function jsonOption(): Option {
  return new Option('--json', 'print the result as JSON');
}

/** Returns the URL of the Haven server: the given one, that of a server started in this directory, or the default. */
export function serverUrl(url: string | undefined): string {
  return url || findServer() || DEFAULT_URL;
}

/**
 * Creates a client of the Haven server at `url`. The key is read from the environment, because every user of the
 * machine can read the arguments of a process. An empty URL counts as none.
 */
export function connect(url: string | undefined): HavenClient {
  return new HavenClient(serverUrl(url), process.env['HAVEN_KEY']);
}
