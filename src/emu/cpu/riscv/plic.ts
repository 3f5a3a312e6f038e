import { type DeviceType, defineDevice } from '../../device.js';
import type { DeviceRow } from '../../device-row.js';
import { PlicArbiter } from './plic-arbiter.js';
import { enablesOf, type PlicHandle, type PlicOptions, stateOf, tableOf } from './plic-table.js';

export { PLIC_SOURCES, type PlicHandle, type PlicOptions, plicContexts, VIRT_PLIC } from './plic-table.js';

/**
 * The platform-level interrupt controller (RISC-V PLIC specification 1.0.0). `irq1` … are its inputs, the contexts' names its
 * outputs. Priorities, thresholds and enables are WARL: bits of sources and levels that are not there stay 0.
 */
export function plic(options: PlicOptions): DeviceType<PlicHandle> {
  return defineDevice({
    name: 'plic',
    size: options.size ?? 0x20_0000 + 0x1000 * options.contexts.length,
    registers: tableOf(options),
    state: stateOf(options),
    setup(d) {
      const arbiter = new PlicArbiter(d, options);
      for (let source = 1; source <= options.sources; source++) {
        d.input(`irq${source}`, (level) => arbiter.setLevel(source, level));
      }
      for (const [word, register] of d.regs.pending.entries()) d.computed(register, () => d.state.pending[word]! >>> 0);
      for (const register of d.regs.priority) d.onWrite(register, () => arbiter.limitLevel(register));
      for (const [context, { threshold, claim }] of d.regs.context.entries()) {
        for (const [word, register] of enablesOf(d.regs, context).entries()) {
          d.onWrite(register, () => arbiter.limitEnable(register, word));
        }
        d.onWrite(threshold, () => arbiter.limitLevel(threshold));
        d.onRead(claim, () => arbiter.claim(context));
        d.onWrite(claim, (_value, _old, written) => arbiter.complete(context, written));
      }
      // devices that are reset after this one let go of their lines first
      const resample = d.event('resample', () => arbiter.resample());
      d.onReset(() => resample.after(0));
    },
  });
}

/** The row of a PLIC beside a core: context `hart0.meip` goes to the core's input of that name. */
export function plicRow(address: number, options: PlicOptions): DeviceRow<PlicHandle> {
  const wires = Object.fromEntries(options.contexts.map((context) => [context, `cpu.${context}`]));
  return { address, device: plic(options), wires };
}
