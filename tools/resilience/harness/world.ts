import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Haven } from './haven.ts';
import type { HavenOptions } from './haven.ts';
import { freePort } from './free-port.ts';
import { Postgres } from './postgres.ts';
import type { PostgresOptions } from './postgres.ts';

/** The processes and files of a scenario. They are stopped and removed in reverse order when it ends. */
export class World {
  readonly directory: string;
  readonly #cleanups: (() => unknown)[] = [];

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async open(): Promise<World> {
    const world = new World(await mkdtemp(join(tmpdir(), 'haven-resilience-')));
    await chmod(world.directory, 0o755); // PostgreSQL must read it, and runs as another user if this is root
    world.atEnd(() => rm(world.directory, { recursive: true, force: true, maxRetries: 5 }));
    return world;
  }

  atEnd(work: () => unknown): void {
    this.#cleanups.push(work);
  }

  async postgres(options?: PostgresOptions): Promise<Postgres> {
    const postgres = await Postgres.create(options);
    this.atEnd(() => postgres.remove());
    await postgres.start();
    return postgres;
  }

  /** Adds an existing server, such as a replica, to those that are removed at the end of the scenario. */
  adopt(postgres: Postgres): Postgres {
    this.atEnd(() => postgres.remove());
    return postgres;
  }

  /** Starts a Haven server of this checkout, or with the program of another one. */
  async haven(name: string, options: HavenOptions, program?: string): Promise<Haven> {
    const haven = new Haven(join(this.directory, `${name}.log`), await freePort(), options);
    this.atEnd(() => haven.kill());
    await haven.start(program);
    return haven;
  }

  async close(): Promise<void> {
    for (const cleanUp of this.#cleanups.reverse()) await cleanUp();
  }
}
