import { IsBoolean, IsNotEmpty, IsOptional, Matches, ValidateBy } from 'class-validator';

import { Between } from './between.js';
import { Setting } from './setting.js';
import { HOUR, SECOND } from './units.js';

/** An address that may be sent to: of HTTP, with nothing after its path and nobody's password in it. */
function IsHttpUrl() {
  return ValidateBy(
    { name: 'isHttpUrl', validator: { validate: isHttpUrl } },
    { message: 'must be an address like http://localhost:4318, without user, query and fragment' },
  );
}

function isHttpUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, username, password, search, hash } = new URL(value);
  return ['http:', 'https:'].includes(protocol) && `${username}${password}${search}${hash}` === '';
}

/** The numbers that Haven tells of itself. */
export class MetricsConfig {
  @Setting('Counts what happens, and serves it at `/metrics` for Prometheus.')
  @IsBoolean()
  declare readonly enabled: boolean;

  @Setting(
    'A port of their own for `/metrics` and the probes, without authentication; `/metrics` is then not on `server.port`. 0 takes any free ' +
      'one. Not set: `/metrics` is on `server.port`.',
  )
  @IsOptional()
  @Between(0, 65_535)
  declare readonly port?: number;

  @Setting('The address or host name to listen on at `metrics.port`.')
  @Matches(/^[\w.:%-]+$/, { message: 'must be an IP address or a host name' })
  declare readonly host: string;
}

/** Where Haven sends what it tells of itself. */
export class TelemetryConfig {
  @Setting(
    'Where metrics and traces are sent by OTLP over HTTP (protobuf), such as `http://localhost:4318`; `/v1/metrics` and `/v1/traces` are added. ' +
      'Not set: nothing is sent, and no spans are recorded.',
    { alias: 'OTEL_EXPORTER_OTLP_ENDPOINT' },
  )
  @IsOptional()
  @IsHttpUrl()
  declare readonly otlpEndpoint?: string;

  @Setting('Headers that are sent along, as `name=value,name=value`, percent-encoded.', {
    secret: true,
    alias: 'OTEL_EXPORTER_OTLP_HEADERS',
  })
  @IsOptional()
  @Matches(/^[^=,\s]+=[^,]*(?:,\s*[^=,\s]+=[^,]*)*$/, { message: 'must be name=value, with commas between several' })
  declare readonly otlpHeaders?: string;

  @Setting('The `service.name` of all that is sent.', { alias: 'OTEL_SERVICE_NAME' })
  @IsNotEmpty({ message: 'must not be empty' })
  declare readonly serviceName: string;

  @Setting('More attributes of the resource, each as `name=value`, such as `deployment.environment.name=production`.', {
    alias: 'OTEL_RESOURCE_ATTRIBUTES',
  })
  @Matches(/^[^=\s]+=/, { each: true, message: 'must hold only name=value' })
  declare readonly resourceAttributes: readonly string[];

  @Setting(
    'The part of the traces that is recorded, from 0 to 1. Where a client says in `traceparent` whether it records, Haven does as the client.',
    { alias: 'OTEL_TRACES_SAMPLER_ARG' },
  )
  @Matches(/^(0|1|0?\.\d+|1\.0+|0\.0+)$/, { message: 'must be a number from 0 to 1' })
  declare readonly traceSampling: string;

  @Setting('How often metrics are sent.', { unit: 'milliseconds' })
  @Between(SECOND, HOUR)
  declare readonly metricInterval: number;

  @Setting('Tells clients in `Server-Timing` how long the answer took, and the database for it.')
  @IsBoolean()
  declare readonly serverTiming: boolean;
}
