/** Handles that a test file must close: servers, connections to PostgreSQL (over a socket file), child processes. */
const HANDLES = ['TCPServerWrap', 'PipeWrap', 'ProcessWrap'];

/**
 * The state of a process that a test file must restore, because the next test file of the worker runs in the same
 * process.
 */
export interface ProcessState {
  environment: Record<string, string | undefined>;
  /** Number of listeners on `process`, by event. */
  listeners: Record<string, number>;
  /** Number of open handles, by kind. */
  handles: Record<string, number>;
}

export function processState(): ProcessState {
  const active = process.getActiveResourcesInfo();
  return {
    environment: { ...process.env },
    listeners: Object.fromEntries(
      process
        .eventNames()
        .filter((event) => event !== 'exit') // pino keeps one listener for all loggers of a process
        .map((event) => [String(event), process.listenerCount(event)]),
    ),
    handles: Object.fromEntries(HANDLES.map((kind) => [kind, active.filter((one) => one === kind).length])),
  };
}

/** Describes what a test file has left behind since `before`, with one sentence for each leak. */
export function leaksSince(before: ProcessState): string[] {
  const after = processState();
  const names = new Set([...Object.keys(before.environment), ...Object.keys(after.environment)]);
  return [
    ...[...names]
      .filter((name) => before.environment[name] !== after.environment[name])
      .map((name) => `The variable ${name} has changed.`),
    ...grown(before.listeners, after.listeners).map((event) => `A listener of the process's event ${event} is left.`),
    ...grown(before.handles, after.handles).map((kind) => `A ${kind} is still open.`),
  ];
}

function grown(before: Record<string, number>, after: Record<string, number>): string[] {
  return Object.keys(after).filter((key) => (after[key] ?? 0) > (before[key] ?? 0));
}
