import type { Instrument } from './instrument.js';
import type { Reading } from './metrics.js';
import { Histogram } from './series.js';
import type { Labels } from './series.js';

/** Media type of Prometheus' text format, which its server has accepted since 2014. */
export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Suffixes for the units that Haven uses; counts have none (OpenTelemetry, "Prometheus and OpenMetrics Compatibility").
 */
const UNITS: Readonly<Record<string, string>> = { s: '_seconds', By: '_bytes', '1': '_ratio' };

/** Formats metrics in Prometheus' text format. */
export function prometheusText(readings: readonly Reading[]): string {
  return readings.map(familyOf).join('');
}

/** Returns the name of an instrument in Prometheus. */
export function prometheusName({ name, unit, kind }: Instrument): string {
  return `${prometheusLabel(name)}${UNITS[unit] ?? ''}${kind === 'counter' ? '_total' : ''}`;
}

/** Converts an attribute name to a label name of Prometheus. */
export function prometheusLabel(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9]+/g, '_');
}

function familyOf({ instrument, values }: Reading): string {
  const name = prometheusName(instrument);
  const type = instrument.kind === 'sum' ? 'gauge' : instrument.kind;
  const lines = values.flatMap(({ labels, value }) =>
    value instanceof Histogram ? bucketsOf(name, value) : [line(name, labels, value)],
  );
  return `# HELP ${name} ${escaped(instrument.description)}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function bucketsOf(name: string, { labels, bounds, counts, sum }: Histogram): string[] {
  let below = 0;
  const buckets = counts.map((count, index) => {
    below += count;
    return line(`${name}_bucket`, { ...labels, le: index < bounds.length ? String(bounds[index]) : '+Inf' }, below);
  });
  return [...buckets, line(`${name}_sum`, labels, sum), line(`${name}_count`, labels, below)];
}

function line(name: string, labels: Labels, value: number): string {
  const written = Object.entries(labels).map(
    ([label, text]) => `${prometheusLabel(label)}="${escaped(text).replaceAll('"', '\\"')}"`,
  );
  return `${name}${written.length > 0 ? `{${written.join(',')}}` : ''} ${value}\n`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
