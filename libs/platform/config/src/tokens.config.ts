import { ArrayNotEmpty, IsBoolean, IsNotEmpty, IsOptional, Matches } from 'class-validator';

import { scopeNames } from '@haven/kernel';

import { Between } from './between.js';
import { IsSecureUrl } from './secure-url.js';
import { Setting } from './setting.js';
import { HOUR, MINUTE, SECOND } from './units.js';

const MAPPING = new RegExp(`^\\S+=(${scopeNames.join('|')})$`);

/** Whose tokens are taken besides API keys, and what they allow. */
export class TokensConfig {
  @Setting(
    'The provider whose JSON Web Tokens are taken, as its tokens name it in `iss`, such as `https://login.example.com/realms/main`. ' +
      'Not set: no tokens are taken.',
  )
  @IsOptional()
  @IsSecureUrl()
  declare readonly issuer?: string;

  @Setting(
    "Where the provider's public keys are. Not set: where `/.well-known/openid-configuration` of `tokens.issuer` says.",
  )
  @IsOptional()
  @IsSecureUrl()
  declare readonly jwksUrl?: string;

  @Setting('What tokens must be meant for: one of these must be in `aud`. Not empty with `tokens.issuer`.')
  @IsNotEmpty({ each: true, message: 'must hold no empty text' })
  declare readonly audience: readonly string[];

  @Setting(
    'The signature algorithms that are taken: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519.',
  )
  @ArrayNotEmpty({ message: 'must not be empty' })
  @Matches(/^([RPE]S(256|384|512)|EdDSA|Ed25519)$/, {
    each: true,
    message: 'must hold only RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA and Ed25519',
  })
  declare readonly algorithms: readonly string[];

  @Setting(
    'The kinds of tokens that are taken, by `typ` of their header; one without counts as JWT. Leave only `at+jwt` if your provider marks access tokens (RFC 9068).',
  )
  @ArrayNotEmpty({ message: 'must not be empty' })
  @Matches(/^[\w+.-]+$/, { each: true, message: 'must hold only types, such as at+jwt' })
  declare readonly types: readonly string[];

  @Setting("How far the provider's clock may be off when `exp` and `nbf` are judged.", { unit: 'milliseconds' })
  @Between(0, 5 * MINUTE)
  declare readonly clockSkew: number;

  @Setting('The id or name of the tenant that all tokens are of. Not set: `tokens.tenantClaim` tells.')
  @IsOptional()
  @IsNotEmpty()
  declare readonly tenant?: string;

  @Setting(
    'The claim with the id or name of the tenant. Dots lead into objects, unless there is a claim of the whole name.',
  )
  @IsNotEmpty({ message: 'must not be empty' })
  declare readonly tenantClaim: string;

  @Setting('The claim with the scopes: text with spaces between them, or a list. Dots as in `tokens.tenantClaim`.')
  @IsNotEmpty({ message: 'must not be empty' })
  declare readonly scopesClaim: string;

  @Setting(
    "Scopes that the provider names otherwise, each as `theirs=ours`, such as `haven-editor=records:write`. Haven's own names always count, all others never.",
  )
  @Matches(MAPPING, { each: true, message: `must hold only theirs=ours, ours one of ${scopeNames.join(', ')}` })
  declare readonly scopeMap: readonly string[];

  @Setting(
    'The claim with the names of the collections that a token is held to, written as scopes are; `*` is all of them. A token without it is refused. Not set: tokens are for all collections.',
  )
  @IsOptional()
  @IsNotEmpty()
  declare readonly collectionsClaim?: string;

  @Setting('Whether tokens of the default tenant may have the scope `operator`; else it is ignored.')
  @IsBoolean()
  declare readonly operators: boolean;

  @Setting(
    "How old the provider's keys may be before they are read anew, while requests go on. While the provider does not answer, those that are known stay good.",
    { unit: 'milliseconds' },
  )
  @Between(SECOND, 24 * HOUR)
  declare readonly keysMaxAge: number;

  @Setting(
    'After reading the keys, how long a token signed with an unknown one is refused without reading them again.',
    {
      unit: 'milliseconds',
    },
  )
  @Between(100, HOUR)
  declare readonly keysCooldown: number;
}
