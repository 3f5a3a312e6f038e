import { ns16550 as makeNs16550 } from '../../emu/devices/riscv/ns16550.js';
import { testFinisher as theTestFinisher } from '../../emu/devices/riscv/test-finisher.js';
import { deviceKind, oneDevice } from './kind.js';

/** Devices of RISC-V machines. */

export const ns16550 = deviceKind(
  {
    type: 'ns16550',
    summary: 'UART of the 16550 family',
    takes: ['...'],
    shape: (o) => ({ lineControl: o.integer.optional().describe('LCR after reset; 3 = 8N1') }),
  },
  makeNs16550,
);

export const testFinisher = oneDevice(
  { type: 'test-finisher', summary: 'ends the run with an exit code (SiFive test device)' },
  theTestFinisher,
);
