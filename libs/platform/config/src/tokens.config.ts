import { ArrayNotEmpty, IsBoolean, IsNotEmpty, IsOptional, Matches } from 'class-validator';

import { scopeNames } from '@haven/kernel';

import { Between } from './between.js';
import { IsSecureUrl } from './secure-url.js';
import { Setting } from './setting.js';
import { HOUR, MINUTE, SECOND } from './units.js';

const MAPPING = new RegExp(`^\\S+=(${scopeNames.join('|')})$`);

/** JSON Web Tokens that are accepted in addition to API keys, and the permissions they give. */
export class TokensConfig {
  @Setting(
    'The provider whose JSON Web Tokens are accepted, as its tokens name it in `iss`, such as ' +
      '`https://login.example.com/realms/main`. Not set: no tokens are accepted.',
  )
  @IsOptional()
  @IsSecureUrl()
  declare readonly issuer?: string;

  @Setting(
    "URL of the provider's public keys. Not set: the URL that `/.well-known/openid-configuration` of " +
      '`tokens.issuer` names.',
  )
  @IsOptional()
  @IsSecureUrl()
  declare readonly jwksUrl?: string;

  @Setting('Accepted audiences: a token must have one of them in `aud`. Must not be empty if `tokens.issuer` is set.')
  @IsNotEmpty({ each: true, message: 'must not contain an empty string' })
  declare readonly audience: readonly string[];

  @Setting(
    'Accepted signature algorithms: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, ' +
      'Ed25519.',
  )
  @ArrayNotEmpty({ message: 'must not be empty' })
  @Matches(/^([RPE]S(256|384|512)|EdDSA|Ed25519)$/, {
    each: true,
    message: 'must contain only RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA and Ed25519',
  })
  declare readonly algorithms: readonly string[];

  @Setting(
    'Accepted token types, by `typ` in the header; a token without `typ` counts as JWT. Keep only `at+jwt` ' +
      'if your provider marks access tokens (RFC 9068).',
  )
  @ArrayNotEmpty({ message: 'must not be empty' })
  @Matches(/^[\w+.-]+$/, { each: true, message: 'must contain only types, such as at+jwt' })
  declare readonly types: readonly string[];

  @Setting("Tolerated difference to the provider's clock when `exp` and `nbf` are checked.", { unit: 'milliseconds' })
  @Between(0, 5 * MINUTE)
  declare readonly clockSkew: number;

  @Setting('Id or name of the tenant that all tokens belong to. Not set: the tenant is read from `tokens.tenantClaim`.')
  @IsOptional()
  @IsNotEmpty()
  declare readonly tenant?: string;

  @Setting(
    'Claim with the id or name of the tenant. Dots select members of objects, unless a claim has the whole name.',
  )
  @IsNotEmpty({ message: 'must not be empty' })
  declare readonly tenantClaim: string;

  @Setting('Claim with the scopes: text separated by spaces, or a list. Dots as in `tokens.tenantClaim`.')
  @IsNotEmpty({ message: 'must not be empty' })
  declare readonly scopesClaim: string;

  @Setting(
    "Mapping of the provider's scope names to Haven's, each as `theirs=ours`, such as " +
      "`haven-editor=records:write`. Haven's own names are always accepted; all others are ignored.",
  )
  @Matches(MAPPING, {
    each: true,
    message: `must contain only theirs=ours, where ours is one of ${scopeNames.join(', ')}`,
  })
  declare readonly scopeMap: readonly string[];

  @Setting(
    'Claim with the names of the collections that a token is restricted to, in the same format as scopes; ' +
      '`*` means all. A token without the claim is refused. Not set: tokens are valid for all collections.',
  )
  @IsOptional()
  @IsNotEmpty()
  declare readonly collectionsClaim?: string;

  @Setting('Whether tokens of the default tenant may have the scope `operator`; otherwise the scope is ignored.')
  @IsBoolean()
  declare readonly operators: boolean;

  @Setting(
    "Maximum age of the provider's keys before they are read again, in the background. While the provider " +
      'does not respond, the known keys stay valid.',
    { unit: 'milliseconds' },
  )
  @Between(SECOND, 24 * HOUR)
  declare readonly keysMaxAge: number;

  @Setting(
    'Minimum time after reading the keys before an unknown key in a token causes them to be read again; ' +
      'until then such tokens are refused.',
    {
      unit: 'milliseconds',
    },
  )
  @Between(100, HOUR)
  declare readonly keysCooldown: number;
}
