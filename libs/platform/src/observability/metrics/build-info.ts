import { observed } from './instrument.js';
import type { Metrics } from './metrics.js';

const BUILD = observed('gauge', 'haven.build.info', {
  unit: '{build}',
  description: 'Always 1; its labels tell what runs.',
  labels: { 'service.version': "Haven's version", 'process.runtime.version': "Node's version" },
});

export function tellBuild(metrics: Metrics, version: string): void {
  metrics.observe(BUILD, () => [[1, { 'service.version': version, 'process.runtime.version': process.versions.node }]]);
}
