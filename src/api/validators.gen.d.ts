// Generated from crds/ by `npm run gen`: change the definitions, not this file.
import type { ValidateFunction } from 'ajv';
import type { Kind } from '../domain/names.ts';

/**
 * Says whether a manifest of this kind is what crds/ ask for, and puts the defaults into it. What is wrong is then in
 * `errors` of the function: all of it, with `schema`, `parentSchema` and `data`, without `message`. Rules between
 * fields are apart (src/parse/rules.ts), as are lists whose items have a key.
 */
export const validators: Readonly<Record<Kind, ValidateFunction>>;
