import { resolve } from 'node:path';
import type { z as Zod } from 'zod';
import { UsageError } from '../../emu/errors.js';
import type { Z } from '../libraries.js';
import { parseInteger } from '../quantities.js';
import { quantities } from '../schema.js';
import { bytesOfBase64, readFileBytes } from './read-bytes.js';

/** What the options of devices, parts and CPUs are made of. `folder`: where relative paths begin. */
export function optionSchemas(z: Z, folder: string) {
  const { integer, size, hertz, address } = quantities(z);
  const decimal = z.string().regex(/^-?\d+(?:\.\d+)?$/);
  return {
    z,
    text: z.string(),
    integer,
    size,
    hertz,
    address,
    /** A whole number within limits. */
    between: (least: number, most: number) => integer.pipe(z.int().min(least).max(most)),
    /** A number with sign and fraction. */
    number: z.union([z.number(), decimal.transform(Number)]),
    signed: z.union([z.int(), z.string().transform((text, context) => signedOf(text, context, z))]),
    flag: z.union([
      z.boolean(),
      z.enum(['true', 'false', 'on', 'off']).transform((word) => word === 'true' || word === 'on'),
    ]),
    /** One of a few numbers. */
    oneOf: (...numbers: readonly number[]) =>
      z.union([z.literal([...numbers]), z.enum(numbers.map(String)).transform(Number)]),
    /** The name of a pin. */
    pin: z.string(),
    /** The name of a device. */
    device: z.string(),
    /** Machine time: `5ms`. */
    duration: z.string(),
    bytes: bytesSchema(z, folder),
    /** Names: as a list, or with blanks, `+` or `;` between. */
    list: z.union([z.array(z.string()), z.string().transform((text) => text.split(/[\s+;]+/))]),
  };
}
export type OptionSchemas = ReturnType<typeof optionSchemas>;

function signedOf(text: string, context: Zod.RefinementCtx, z: Z): number {
  const value = parseInteger(text.replace(/^-/, ''));
  if (value !== undefined) return text.startsWith('-') ? -value : value;
  context.addIssue({ code: 'custom', message: `'${text}' is no whole number` });
  return z.NEVER;
}

function bytesSchema(z: Z, folder: string) {
  return z
    .union([z.string(), z.strictObject({ file: z.string() })])
    .transform((value, context) => {
      if (typeof value === 'string') {
        const bytes = bytesOfBase64(value);
        if (bytes) return bytes;
        context.addIssue({ code: 'custom', message: 'is no base64' });
        return z.NEVER;
      }
      try {
        return readFileBytes(resolve(folder, value.file));
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        context.addIssue({ code: 'custom', message: error.problem.what });
        return z.NEVER;
      }
    })
    .describe('bytes in base64, or { file: path }');
}
