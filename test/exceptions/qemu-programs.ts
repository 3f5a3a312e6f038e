import type { CortexM4 } from '../../src/emu/cpu/armv7m/core.js';
import { cortexM4 } from '../../src/emu/cpu/armv7m/core.js';
import { Machine } from '../../src/emu/machine.js';

/** Runs an image of the `qemu` folder on a machine with the memories of QEMU's mps2-an386; gives its console. */
export function runHere(image: Uint8Array): string {
  const machine = new Machine({
    name: 'mps2-an386',
    cpu: cortexM4({ irqs: 32, priorityBits: 8 }),
    hertz: 25_000_000,
    memories: {
      ssram1: { kind: 'ram', size: 0x40_0000, address: 0 },
      ssram23: { kind: 'ram', size: 0x40_0000, address: 0x2000_0000 },
    },
    devices: {},
  });
  // The program lies in RAM, which power-on clears.
  machine.bus.fill(0, image);
  machine.reset('pin');
  const cpu = machine.cpu as CortexM4;
  cpu.semihosting.enable();
  machine.runCycles(20_000_000);
  return cpu.semihosting.text + (cpu.locked ? 'lockup\n' : '');
}
