import { IsBoolean, IsNotEmpty, IsOptional, Matches, ValidateBy } from 'class-validator';

import { Between } from './between.js';
import { Setting } from './setting.js';
import { HOUR, SECOND } from './units.js';

/** Accepts an HTTP or HTTPS URL without user, password, query and fragment. */
function IsHttpUrl() {
  return ValidateBy(
    { name: 'isHttpUrl', validator: { validate: isHttpUrl } },
    { message: 'must be a URL such as http://localhost:4318, without user, query and fragment' },
  );
}

function isHttpUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, username, password, search, hash } = new URL(value);
  return ['http:', 'https:'].includes(protocol) && `${username}${password}${search}${hash}` === '';
}

/** The export of metrics and traces. */
export class TelemetryConfig {
  @Setting(
    'Endpoint to which metrics and traces are sent by OTLP over HTTP (protobuf), such as ' +
      '`http://localhost:4318`; `/v1/metrics` and `/v1/traces` are appended. Not set: nothing is sent, and no ' +
      'spans are recorded.',
    { alias: 'OTEL_EXPORTER_OTLP_ENDPOINT' },
  )
  @IsOptional()
  @IsHttpUrl()
  declare readonly otlpEndpoint?: string;

  @Setting('Headers of these requests, as `name=value,name=value`, percent-encoded.', {
    secret: true,
    alias: 'OTEL_EXPORTER_OTLP_HEADERS',
  })
  @IsOptional()
  @Matches(/^[^=,\s]+=[^,]*(?:,\s*[^=,\s]+=[^,]*)*$/, { message: 'must be name=value pairs separated by commas' })
  declare readonly otlpHeaders?: string;

  @Setting('The `service.name` of metrics and traces.', { alias: 'OTEL_SERVICE_NAME' })
  @IsNotEmpty({ message: 'must not be empty' })
  declare readonly serviceName: string;

  @Setting(
    'Additional attributes of the resource, each as `name=value`, such as ' +
      '`deployment.environment.name=production`.',
    {
      alias: 'OTEL_RESOURCE_ATTRIBUTES',
    },
  )
  @Matches(/^[^=\s]+=/, { each: true, message: 'must contain only name=value pairs' })
  declare readonly resourceAttributes: readonly string[];

  @Setting(
    'Fraction of traces that are recorded, from 0 to 1. If a client states in `traceparent` whether it ' +
      'records the trace, Haven does the same.',
    { alias: 'OTEL_TRACES_SAMPLER_ARG' },
  )
  @Matches(/^(0|1|0?\.\d+|1\.0+|0\.0+)$/, { message: 'must be a number from 0 to 1' })
  declare readonly traceSampling: string;

  @Setting('How often metrics are sent.', { unit: 'milliseconds' })
  @Between(SECOND, HOUR)
  declare readonly metricInterval: number;

  @Setting('Whether responses have a `Server-Timing` header with the total time and the time of the database.')
  @IsBoolean()
  declare readonly serverTiming: boolean;
}
