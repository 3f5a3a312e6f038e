/** The public API of `fwtest`: re-exports only. */

export { FwtestError, GuestError, InternalError, UsageError } from './emu/errors.js';
