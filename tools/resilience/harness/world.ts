import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Haven } from './haven.ts';
import type { HavenOptions } from './haven.ts';
import { freePort } from './free-port.ts';
import { Postgres } from './postgres.ts';
import type { PostgresOptions } from './postgres.ts';

/** What a scenario starts, and what therefore has to end with it, last things first. */
export class World {
  readonly directory: string;
  readonly #endings: (() => unknown)[] = [];

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async open(): Promise<World> {
    const world = new World(await mkdtemp(join(tmpdir(), 'haven-resilience-')));
    await chmod(world.directory, 0o755); // PostgreSQL, which root runs as somebody else, looks into it
    world.atEnd(() => rm(world.directory, { recursive: true, force: true, maxRetries: 5 }));
    return world;
  }

  atEnd(work: () => unknown): void {
    this.#endings.push(work);
  }

  async postgres(options?: PostgresOptions): Promise<Postgres> {
    const postgres = await Postgres.create(options);
    this.atEnd(() => postgres.remove());
    await postgres.start();
    return postgres;
  }

  /** Another one that exists already, such as a replica. */
  adopt(postgres: Postgres): Postgres {
    this.atEnd(() => postgres.remove());
    return postgres;
  }

  async haven(name: string, options: HavenOptions): Promise<Haven> {
    const haven = new Haven(join(this.directory, `${name}.log`), await freePort(), options);
    this.atEnd(() => haven.kill());
    await haven.start();
    return haven;
  }

  async close(): Promise<void> {
    for (const end of this.#endings.reverse()) await end();
  }
}
