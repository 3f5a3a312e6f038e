/** The version of fwtest, as a program compares it. */

import { z } from 'zod';
import { version } from '../version.js';

export const versionResult = z.strictObject({ major: z.int(), minor: z.int(), patch: z.int(), text: z.string() });

export function versionData(): z.output<typeof versionResult> {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.+-]/).map(Number);
  return { major, minor, patch, text: version };
}
