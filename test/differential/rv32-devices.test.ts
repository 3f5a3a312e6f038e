import { describe, expect, test } from 'vitest';
import { guest, program } from '../riscv/guest.js';
import { FRAME } from './riscv-frame.js';
import { missingQemu, runInQemu } from './riscv-qemu.js';

/**
 * What the board's devices answer, register by register, against QEMU's: every step is a store, or a load whose value goes
 * to a log. Only answers that do not depend on time are asked for.
 */

const UART = 0x1000_0000;
const PLIC = 0xc00_0000;
const CLINT = 0x200_0000;
const DATA = UART;
const IER = UART + 1;
const IIR = UART + 2;
const LCR = UART + 3;
const SCR = UART + 7;
const CLAIM = PLIC + 0x20_0004;

type Step = readonly [size: 1 | 4, address: number, value?: number];
const sizeAt = (address: number) => (address >= UART && address < UART + 8 ? 1 : 4);
const put = (address: number, value: number): Step => [sizeAt(address), address, value];
const get = (address: number): Step => [sizeAt(address), address];

function steps(list: readonly Step[]): string {
  const lines = list.map(([size, address, value]) => {
    const suffix = size === 1 ? 'b' : 'w';
    if (value !== undefined) return `li t0, ${address}\nli t1, ${value}\ns${suffix} t1,0(t0)`;
    return `li t0, ${address}\nl${size === 1 ? 'bu' : 'w'} t1,0(t0)\nsw t1,0(s0)\naddi s0,s0,4`;
  });
  const finish = 'li t0, 0x100000\nli t1, 0x5555\nsw t1,0(t0)\nstop:\njal zero,stop';
  return `li s0, ${FRAME.log}\n${lines.join('\n')}\n${finish}`;
}

/** Loads in a list, with what was read for each of them. */
function answers(list: readonly Step[], ram: Uint8Array): string[] {
  const view = new DataView(ram.buffer, ram.byteOffset, ram.byteLength);
  const loads = list.map((step, i) => ({ step, i })).filter(({ step }) => step[2] === undefined);
  return loads.map(
    ({ step, i }, n) =>
      `step ${i}: 0x${step[1].toString(16)} reads 0x${view.getUint32(FRAME.log - FRAME.ram + 4 * n, true).toString(16)}`,
  );
}

// biome-ignore format: a row reads best as one
const CASES: Readonly<Record<string, readonly Step[]>> = {
  'the UART keeps the bits it has': [
    put(LCR, 0x1b), get(LCR), put(SCR, 0xa5), get(SCR), put(IER, 0xff), get(IER), put(IER, 0), get(IER),
    put(LCR, 0x83), put(DATA, 0x34), put(IER, 0x12), get(DATA), get(IER), put(LCR, 3), get(IER), get(LCR),
    put(IIR, 0x01), get(IIR), put(IIR, 0x00), get(IIR),
  ],
  'the UART interrupts when it may send, until IIR was read': [
    put(IER, 0), get(IIR), put(IER, 2), get(IIR), get(IIR), put(IER, 0), put(IER, 2), get(IIR), get(IIR),
  ],
  'the PLIC keeps the bits it has': [
    put(PLIC, 7), get(PLIC), put(PLIC + 40, 7), get(PLIC + 40), put(PLIC + 4 * 95, 5), get(PLIC + 4 * 95),
    put(PLIC + 0x2000, -2), get(PLIC + 0x2000), put(PLIC + 0x2008, -1), get(PLIC + 0x2008),
    put(PLIC + 0x20_0000, 6), get(PLIC + 0x20_0000), get(CLAIM), get(PLIC + 0x1000),
  ],
  'an interrupt of the UART is claimed and completed at the PLIC': [
    put(PLIC + 40, 1), put(PLIC + 0x2000, 0x400), put(IER, 2), get(PLIC + 0x1000), get(CLAIM), get(PLIC + 0x1000), get(CLAIM),
    get(IIR), put(CLAIM, 10), get(PLIC + 0x1000), get(CLAIM), put(IER, 0), put(IER, 2), get(PLIC + 0x1000), get(CLAIM),
  ],
  'the CLINT keeps the bits it has': [
    put(CLINT, -1), get(CLINT), put(CLINT, 0), get(CLINT), put(CLINT + 0x4000, 0x1234_5678), put(CLINT + 0x4004, 0x7abc_def0),
    get(CLINT + 0x4000), get(CLINT + 0x4004),
  ],
};

const missing = missingQemu(32);

describe.skipIf(missing)(`devices of riscv-virt answer as QEMU's${missing ? ` (skipped: ${missing})` : ''}`, () => {
  test.each(Object.entries(CASES))('%s', (_, list) => {
    const source = steps(list);
    const { machine, run, board } = guest(source);
    run(5000);
    expect(board.finisher.exitCode).toBe(0);
    const ours = answers(list, machine.bus.bytes(FRAME.ram, FRAME.log - FRAME.ram + 0x1000));
    expect(ours).toEqual(answers(list, runInQemu(32, program(source))));
  });
});
