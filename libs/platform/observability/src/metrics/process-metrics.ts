import { constants, monitorEventLoopDelay, performance, PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';

import { histogram, observableGauge } from './instrument.js';
import type { Metrics, Observation } from './metrics.js';

const CPU_TIME = observableGauge('counter', 'process.cpu.time', {
  unit: 's',
  description: 'CPU time of the process.',
  labels: { 'cpu.mode': '`user` or `system`' },
});
const MEMORY = observableGauge('sum', 'process.memory.usage', {
  unit: 'By',
  description: 'Physical memory used by the process.',
});
const UPTIME = observableGauge('gauge', 'process.uptime', {
  unit: 's',
  description: 'Time since the process started.',
});
const UTILIZATION = observableGauge('gauge', 'nodejs.eventloop.utilization', {
  unit: '1',
  description: 'Fraction of the time since the process started in which its event loop was busy.',
});
const LOOP_TIME = observableGauge('counter', 'nodejs.eventloop.time', {
  unit: 's',
  description: 'Time that the event loop has spent in each state.',
  labels: { 'nodejs.eventloop.state': '`active` or `idle`' },
});
const DELAYS = (['min', 'mean', 'p50', 'p90', 'p99', 'max'] as const).map((statistic) => ({
  statistic,
  instrument: observableGauge('gauge', `nodejs.eventloop.delay.${statistic}`, {
    unit: 's',
    description: `Delay of the event loop within the last minute: ${statistic}.`,
  }),
}));
const HEAP_USED = observableGauge('sum', 'v8js.memory.heap.used', {
  unit: 'By',
  description: 'Memory in use, by space of the JavaScript heap.',
  labels: { 'v8js.heap.space.name': "V8's names, such as `new_space` and `old_space`" },
});
const HEAP_SIZE = observableGauge('sum', 'v8js.memory.heap.space.size', {
  unit: 'By',
  description: 'Allocated memory, by space of the JavaScript heap.',
  labels: { 'v8js.heap.space.name': "V8's names, such as `new_space` and `old_space`" },
});
const COLLECTION = histogram('v8js.gc.duration', {
  unit: 's',
  description: 'Duration of garbage collections.',
  labels: { 'v8js.gc.type': '`minor`, `major`, `incremental` or `weakcb`' },
  bounds: [0.01, 0.1, 1, 10],
});

const COLLECTIONS = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
]);

/** Sampling interval of the event loop's delay, in milliseconds. */
const SAMPLING_MS = 20;
/** Time after which the measured delays are reset, in milliseconds. */
const WINDOW_MS = 60_000;

/** Starts to measure the process; the returned function stops it. */
export function watchProcess(metrics: Metrics): () => void {
  metrics.observe(CPU_TIME, cpuTime);
  metrics.observe(MEMORY, () => [[process.memoryUsage.rss()]]);
  metrics.observe(UPTIME, () => [[process.uptime()]]);
  metrics.observe(UTILIZATION, () => [[performance.eventLoopUtilization().utilization]]);
  metrics.observe(LOOP_TIME, loopTime);
  metrics.observe(HEAP_USED, () => heap('space_used_size'));
  metrics.observe(HEAP_SIZE, () => heap('space_size'));
  const stopDelays = watchDelays(metrics);
  const stopCollections = watchCollections(metrics);
  return () => {
    stopDelays();
    stopCollections();
  };
}

function watchDelays(metrics: Metrics): () => void {
  const delays = monitorEventLoopDelay({ resolution: SAMPLING_MS });
  delays.enable();
  const window = setInterval(() => delays.reset(), WINDOW_MS).unref();
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - SAMPLING_MS / 1_000);
  for (const { statistic, instrument } of DELAYS)
    metrics.observe(instrument, () => {
      if (delays.count === 0) return [];
      const value = statistic.startsWith('p')
        ? delays.percentile(Number(statistic.slice(1)))
        : delays[statistic as 'min'];
      return [[late(value)]];
    });
  return () => {
    clearInterval(window);
    delays.disable();
  };
}

function watchCollections(metrics: Metrics): () => void {
  const durations = metrics.histogram(COLLECTION);
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { detail } = entry as PerformanceEntry & { detail: { kind: number } }; // Node sets this for `gc` entries
      durations.of({ 'v8js.gc.type': COLLECTIONS.get(detail.kind) }).record(entry.duration / 1_000);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
}

function cpuTime(): Observation[] {
  const { user, system } = process.cpuUsage();
  return [
    [user / 1e6, { 'cpu.mode': 'user' }],
    [system / 1e6, { 'cpu.mode': 'system' }],
  ];
}

function loopTime(): Observation[] {
  const { active, idle } = performance.eventLoopUtilization();
  return [
    [active / 1_000, { 'nodejs.eventloop.state': 'active' }],
    [idle / 1_000, { 'nodejs.eventloop.state': 'idle' }],
  ];
}

function heap(size: 'space_used_size' | 'space_size'): Observation[] {
  return getHeapSpaceStatistics().map((space) => [space[size], { 'v8js.heap.space.name': space.space_name }]);
}
