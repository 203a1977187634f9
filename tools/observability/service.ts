import type { Dashboard } from './grafana.ts';
import { objectives, recorded } from './objectives.ts';
import { by, I, quantile } from './series.ts';

const REQUESTS = 'http_server_request_duration_seconds';
const ROUTES = `${I},http_route!=""`;

/** The dashboard of requests, errors, latency and saturation. */
export const service: Dashboard = {
  file: 'service',
  title: 'Haven: service',
  rows: {
    Objectives: objectives.map(({ name, budget }) => ({
      title: `Burn rate of ${name}; 1 uses up the budget in 30 days`,
      unit: 'none',
      queries: Object.fromEntries(['5m', '1h', '6h'].map((over) => [over, `${recorded(name, over)} / ${budget}`])),
    })),
    Requests: [
      {
        title: 'Requests by route',
        unit: 'reqps',
        queries: { '{{http_route}}': by('http_route', `${REQUESTS}_count{${ROUTES}}`) },
      },
      {
        title: 'Requests by status',
        unit: 'reqps',
        queries: { '{{http_response_status_code}}': by('http_response_status_code', `${REQUESTS}_count{${I}}`) },
      },
      {
        title: 'Errors by code',
        unit: 'ops',
        queries: { '{{error_type}}': by('error_type', `haven_errors_total{${I}}`) },
      },
      {
        title: 'Conflicts by code',
        unit: 'ops',
        queries: { '{{error_type}}': by('error_type', `haven_conflicts_total{${I}}`) },
      },
    ],
    Latency: [
      ...[0.5, 0.95, 0.99].map((of) => ({
        title: `Latency by route, p${of * 100}`,
        unit: 's',
        queries: { '{{http_route}}': quantile(of, ', http_route', `${REQUESTS}_bucket{${ROUTES}}`) },
      })),
      {
        title: 'GraphQL operations, p95',
        unit: 's',
        queries: {
          '{{graphql_operation_type}}': quantile(
            0.95,
            ', graphql_operation_type',
            `haven_graphql_operation_duration_seconds_bucket{${I}}`,
          ),
        },
      },
      {
        title: 'Cost of GraphQL operations, p95',
        unit: 'none',
        queries: {
          '{{graphql_operation_type}}': quantile(
            0.95,
            ', graphql_operation_type',
            `haven_graphql_operation_cost_bucket{${I}}`,
          ),
        },
      },
      {
        title: 'Errors of GraphQL fields',
        unit: 'ops',
        queries: { '{{error_type}}': by('error_type', `haven_graphql_field_errors_total{${I}}`) },
      },
    ],
    Saturation: [
      {
        title: 'Event loop delay, p99',
        unit: 's',
        queries: { '{{instance}}': `nodejs_eventloop_delay_p99_seconds{${I}}` },
      },
      {
        title: 'Event loop utilization',
        unit: 'percentunit',
        queries: {
          '{{instance}}': by('instance', `nodejs_eventloop_time_seconds_total{${I},nodejs_eventloop_state="active"}`),
        },
      },
      {
        title: 'Rejected as overloaded',
        unit: 'reqps',
        queries: { '{{instance}}': by('instance', `haven_errors_total{${I},error_type="OVERLOADED"}`) },
      },
      {
        title: 'Active requests',
        unit: 'none',
        queries: { '{{instance}}': `sum by (instance) (http_server_active_requests{${I}})` },
      },
      {
        title: 'CPUs used',
        unit: 'none',
        queries: { '{{instance}}': by('instance', `process_cpu_time_seconds_total{${I}}`) },
      },
      {
        title: 'Memory',
        unit: 'bytes',
        queries: {
          '{{instance}}, total': `process_memory_usage_bytes{${I}}`,
          '{{instance}}, JavaScript': `sum by (instance) (v8js_memory_heap_used_bytes{${I}})`,
        },
      },
      {
        title: 'Fraction of time in garbage collection',
        unit: 'percentunit',
        queries: { '{{v8js_gc_type}}': by('v8js_gc_type', `v8js_gc_duration_seconds_sum{${I}}`) },
      },
      {
        title: 'Versions',
        unit: 'none',
        queries: {
          'Haven {{service_version}}, Node {{process_runtime_version}}': `sum by (service_version, process_runtime_version) (haven_build_info{${I}})`,
        },
      },
    ],
  },
};
