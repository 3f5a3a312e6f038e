import { ram } from '../../src/boards/rows.js';
import { type CortexM4, cortexM4 } from '../../src/emu/cpu/armv7m/core.js';
import { Machine } from '../../src/emu/machine.js';
import { RAM, RAM_SIZE } from './thumb-map.js';

/** Runs a boot image and a program on a bare Cortex-M4 until it exits by semihosting; gives its RAM as it is then. */
export function runHere(boot: Uint8Array, image: Uint8Array): Uint8Array {
  const machine = new Machine(
    {
      name: 'bare Cortex-M4',
      // QEMU's NVIC has 8 priority bits.
      cpu: cortexM4({ irqs: 32, priorityBits: 8 }),
      hertz: 25_000_000,
      memories: { boot: ram(0, 0x1000), ram: ram(RAM, RAM_SIZE) },
      devices: {},
    },
    {
      image: [
        { physicalAddress: 0, data: boot },
        { physicalAddress: RAM, data: image },
      ],
    },
  );
  const { semihosting } = machine.cpu as CortexM4;
  semihosting.enable();
  machine.on('exit', () => machine.stop());
  const end = machine.runCycles(100_000_000);
  if (!semihosting.exited)
    throw new Error(`the program ended by ${end} in ${machine.cpu.describe()} at 0x${machine.cpu.pc.toString(16)}`);
  return machine.bus.bytes(RAM, RAM_SIZE);
}
