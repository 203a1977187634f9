import { Injectable } from '@nestjs/common';

/** State of one component, with details that are public: no data of tenants, no names and no addresses. */
export interface ComponentHealth {
  readonly status: 'up' | 'down' | 'not configured';
  readonly [detail: string]: string | number | boolean | undefined;
}

type Report = () => ComponentHealth | Promise<ComponentHealth>;

/** Maximum time for the report of a component, in milliseconds. */
const TIMEOUT_MS = 2_000;

/** The components that `/health` lists. Each library adds its own when it is created. */
@Injectable()
export class ComponentHealths {
  private readonly reports = new Map<string, Report>();
  private running: Promise<Record<string, ComponentHealth>> | undefined;

  /** Adds a component. A report that fails or takes too long counts as `down`. */
  add(component: string, report: Report): void {
    this.reports.set(component, report);
  }

  /** Returns the state of all components. Concurrent calls share one report. */
  report(): Promise<Record<string, ComponentHealth>> {
    this.running ??= this.reportAll().finally(() => (this.running = undefined));
    return this.running;
  }

  private async reportAll(): Promise<Record<string, ComponentHealth>> {
    const all = [...this.reports].sort(([one], [other]) => (one < other ? -1 : 1));
    return Object.fromEntries(await Promise.all(all.map(async ([name, report]) => [name, await attempt(report)])));
  }
}

/** The reason of a failure stays in the log of the component, because it may name servers. */
async function attempt(report: Report): Promise<ComponentHealth> {
  const late = Promise.withResolvers<ComponentHealth>();
  const timer = setTimeout(() => late.resolve({ status: 'down', message: 'No response in time.' }), TIMEOUT_MS);
  try {
    return await Promise.race([report(), late.promise]);
  } catch {
    return { status: 'down', message: 'The state cannot be read.' };
  } finally {
    clearTimeout(timer);
  }
}
