import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import { manifestSchema } from './schemas.ts';
import type { Definition } from './crd.ts';

/** RFC 3339 with upper-case `T` and `Z`, as the API server wants it; leap seconds and 29 February are left to the reader. */
const dateTime =
  /^\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|[12]\d))T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

const lengthInCharacters = 'require("ajv/dist/runtime/ucs2length").default';

/**
 * Validation code of all kinds as one ECMAScript module. Compiling the schemas when the program starts would take longer
 * than all else that `mqttsec can-i` does.
 */
export function validatorsText(definitions: readonly Definition[], banner: string): string {
  const ajv = new Ajv({
    allErrors: true,
    verbose: true,
    messages: false,
    useDefaults: true,
    ownProperties: true,
    strict: false,
    formats: { 'date-time': dateTime },
    code: { source: true, esm: true, lines: true },
    schemas: definitions.map((definition) => ({ $id: definition.kind, ...manifestSchema(definition) })),
  });
  const names = definitions.map(({ kind }) => kind);
  const code = standalone.default(ajv, Object.fromEntries(names.map((name) => [name, name])));
  const module = code.replaceAll(lengthInCharacters, 'ucs2length.default').replace('"use strict";', '');
  if (module.includes('require(')) throw new Error('generate validators: the code needs a module that is not imported');
  return `${banner}import ucs2length from 'ajv/dist/runtime/ucs2length.js';\n${module}\nexport const validators = { ${names.join(', ')} };\n`;
}

export function validatorTypesText(banner: string): string {
  return `${banner}import type { ValidateFunction } from 'ajv';
import type { Kind } from '../domain/names.ts';

/**
 * Says whether a manifest of this kind is what crds/ ask for, and puts the defaults into it. What is wrong is then in
 * \`errors\` of the function: all of it, with \`schema\`, \`parentSchema\` and \`data\`, without \`message\`. Rules between
 * fields are apart (src/parse/rules.ts), as are lists whose items have a key.
 */
export const validators: Readonly<Record<Kind, ValidateFunction>>;
`;
}
