import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Haven } from './haven.ts';
import { Postgres } from './postgres.ts';

/** What a scenario starts, and what therefore has to end with it, last things first. */
export class World {
  #endings = [];

  static async open() {
    const world = new World();
    world.directory = await mkdtemp(join(tmpdir(), 'haven-resilience-'));
    await chmod(world.directory, 0o755); // PostgreSQL, which root runs as somebody else, looks into it
    world.atEnd(() => rm(world.directory, { recursive: true, force: true, maxRetries: 5 }));
    return world;
  }

  atEnd(work) {
    this.#endings.push(work);
  }

  async postgres(options) {
    const postgres = await Postgres.create(options);
    this.atEnd(() => postgres.remove());
    await postgres.start();
    return postgres;
  }

  /** Another one that exists already, such as a replica. */
  adopt(postgres) {
    this.atEnd(() => postgres.remove());
    return postgres;
  }

  async haven(name, options) {
    const haven = new Haven(join(this.directory, `${name}.log`), await freePort(), options);
    this.atEnd(() => haven.kill());
    await haven.start();
    return haven;
  }

  async close() {
    for (const end of this.#endings.reverse()) await end();
  }
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}
