/** Devices of a test's own: what they throw is told as theirs, with the access or hook it happened in. */

import { hex } from './bits.js';
import { type DeviceContext, DeviceFault, type DeviceType, defineDevice } from './device.js';
import { DeviceError, DeviceSetupError, FwtestError, isTestError } from './errors.js';

type Guard = <A extends unknown[], R>(
  doing: string | ((...args: A) => string),
  fn: (...args: A) => R,
) => (...args: A) => R;

/** A device may fault on purpose; errors of fwtest and of the test's listeners pass through a device, they are not its own. */
function asDeviceError(device: string, type: string, doing: string, error: unknown): unknown {
  if (error instanceof FwtestError || error instanceof DeviceFault || isTestError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (doing === 'setup') return new DeviceSetupError(`device '${device}' (${type}) threw in setup: ${message}`, error);
  return new DeviceError({ what: `device '${device}' (${type}) threw in ${doing}: ${message}` }, { cause: error });
}

function guardOf(device: string, type: string): Guard {
  return (doing, fn) =>
    (...args) => {
      try {
        return fn(...args);
      } catch (error) {
        throw asDeviceError(device, type, typeof doing === 'string' ? doing : doing(...args), error);
      }
    };
}

/** The context whose hooks are guarded. */
function guarded(d: DeviceContext, guard: Guard): DeviceContext {
  return {
    ...d,
    onRead: (register, fn) => d.onRead(register, guard(`onRead of ${register.name}`, fn)),
    computed: (register, fn) => d.computed(register, guard(`computed ${register.name}`, fn)),
    onWrite: (register, fn) =>
      d.onWrite(
        register,
        guard((_value, _old, written) => `onWrite of ${register.name} (${hex(written)})`, fn),
      ),
    onReset: (fn) => d.onReset(guard((kind) => `onReset (${kind})`, fn)),
    event: (name, fire, clock, options) => d.event(name, guard(`event '${name}'`, fire), clock, options),
    input: (name, fn) => d.input(name, fn && guard((level) => `input '${name}' (${level})`, fn)),
  };
}

/** Declares a kind of device, with a register table or by plain `read` and `write`. */
export const defineOwnDevice = ((definition: never): DeviceType => {
  const type = defineDevice(definition) as DeviceType;
  const { name, setup, read, write } = type;
  return {
    ...type,
    ...(setup && {
      setup: (d: DeviceContext) => {
        const guard = guardOf(d.name, name);
        return guard('setup', setup)(guarded(d, guard));
      },
    }),
    // Without a closure for each access: these are called as often as the firmware likes.
    ...(read && {
      read: (offset: number, size: number, d: DeviceContext) => {
        try {
          return read(offset, size, d);
        } catch (error) {
          throw asDeviceError(d.name, name, `read(0x${offset.toString(16)})`, error);
        }
      },
    }),
    ...(write && {
      write: (offset: number, value: number, size: number, d: DeviceContext) => {
        try {
          write(offset, value, size, d);
        } catch (error) {
          throw asDeviceError(d.name, name, `write(0x${offset.toString(16)}, ${hex(value)})`, error);
        }
      },
    }),
  };
}) as typeof defineDevice;
