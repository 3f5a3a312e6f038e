import { type DeviceContext, type DeviceType, defineDevice, type Handle } from '../../device.js';
import { i32 } from '../../state.js';

export interface TestFinisher {
  /** What the firmware ended the run with, 0 for success; undefined while it runs. */
  readonly exitCode: number | undefined;
}

const COMMAND = { fail: 0x3333, pass: 0x5555, reset: 0x7777 } as const;

const STATE = {
  /** 0, or 1 + the exit code. */
  ended: i32(),
} as const;
type Context = DeviceContext<Record<never, never>, typeof STATE>;

/**
 * SiFive's test finisher as QEMU's `virt` has it: a write to offset 0 ends the run (the wire `halt` stops the core, time and
 * the other devices go on) or resets the machine. A failure with code 0 counts as 1, so that it stays one.
 */
export const testFinisher: DeviceType<Handle<Record<never, never>, TestFinisher>> = defineDevice({
  name: 'test-finisher',
  size: 0x1000,
  state: STATE,
  write(offset, value, size, d) {
    if (size === 1) d.fault(`${d.name} takes accesses of 2 and 4 bytes only`);
    if (offset !== 0) return;
    const command = value & 0xffff;
    if (command === COMMAND.reset) d.requestReset('software');
    else if (command === COMMAND.pass) end(d, 0);
    else if (command === COMMAND.fail) end(d, value >>> 16 || 1);
    else reportUnknown(d, value);
  },
  setup(d) {
    d.output('halt');
    return {
      get exitCode() {
        const ended = d.state.ended[0]!;
        return ended === 0 ? undefined : ended - 1;
      },
    };
  },
});

function end(d: Context, code: number): void {
  d.state.ended[0] = 1 + code;
  d.output('halt').set(1);
  d.emit('exit', { code });
}

function reportUnknown(d: Context, value: number): void {
  d.report({
    kind: 'misuse',
    what: `${d.name} was written with 0x${value.toString(16)}, which is no command`,
    remedy: 'write 0x5555 (pass), 0x3333 with the code in the upper half (fail) or 0x7777 (reset)',
  });
}
