/** vitest's `expect` with the matchers for firmware. */

import { expect as vitestExpect } from 'vitest';
import { type FirmwareMatchers, matchers } from '../matchers/index.js';

/** What vitest offers for a value, whichever of the versions we run under. */
type VitestAssertion<T> = ReturnType<typeof vitestExpect<T>>;

type FirmwareAssertion<T> = VitestAssertion<T> & FirmwareMatchers & { not: VitestAssertion<T> & FirmwareMatchers };

/** vitest's `expect`, whose results have the matchers for firmware too. */
export type FirmwareExpect = (<T>(actual: T, message?: string) => FirmwareAssertion<T>) & typeof vitestExpect;

vitestExpect.extend(matchers as unknown as Parameters<typeof vitestExpect.extend>[0]);

/** vitest's `expect` with the matchers for firmware. */
export const expect = vitestExpect as FirmwareExpect;
