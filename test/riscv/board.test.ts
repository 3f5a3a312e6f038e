import { describe, expect, test } from 'vitest';
import { riscvVirt } from '../../src/boards/riscv-virt.js';
import { rv32imac } from '../../src/emu/cpu/riscv/isa.js';
import { readElf } from '../../src/emu/debug/elf.js';
import { Decoder } from '../../src/emu/isa/decoder.js';
import { disassemble } from '../../src/emu/isa/disassembler.js';
import { guest, START } from './guest.js';

describe('riscv-virt', () => {
  test('starts in the reset ROM, which hands over to RAM with a0 = mhartid, a1 and a2 as in QEMU', () => {
    const { machine, run, read } = guest('stop:\njal zero,stop');
    expect(machine.cpu.pc).toBe(0x1000);
    const decoder = new Decoder(rv32imac);
    const text = [0, 4, 8, 12, 16, 20].map((offset) => {
      const word = machine.bus.peek(0x1000 + offset, 4)!;
      return disassemble(rv32imac, decoder.decode(word & 0xffff, word >>> 16)!, 0x1000 + offset);
    });
    expect(text).toEqual([
      'auipc t0,0x0',
      'addi a2,t0,40',
      'csrrs a0,mhartid,zero',
      'lw a1,32(t0)',
      'lw t0,24(t0)',
      'jalr zero,0(t0)',
    ]);
    run(6);
    expect(read('pc', 'a0', 'a1', 'a2')).toEqual([START, 0, 0x87e0_0000, 0x1028]);
    // fw_dynamic_info of OpenSBI: magic, version 2, no next stage, S mode
    expect([0, 4, 8, 12].map((offset) => machine.bus.peek(0x1028 + offset, 4))).toEqual([0x4942_534f, 2, 0, 1]);
  });

  test('prints hello and ends with success', () => {
    const { segments } = readElf('examples/firmware-tests/hello/hello.elf');
    const machine = riscvVirt.createMachine({ image: segments });
    const { uart0, finisher } = riscvVirt.handlesOf(machine);
    machine.runCycles(1_000_000);
    expect([uart0.text, finisher.exitCode, machine.cpu.locked]).toEqual(['hello from rv32\n', 0, true]);
    expect(machine.guestErrors).toEqual([]);
  });

  test.each([
    ['pass', '0x5555', 0],
    ['fail with a code', '0x73333', 7],
    ['fail with code 0, which stays a failure', '0x3333', 1],
  ])('the finisher ends the run: %s', (_, word, code) => {
    const { machine, board, run, read } = guest(`
      li t0, 0x100000
      li t1, ${word}
      sw t1,0(t0)
      addi s2,zero,1
    `);
    const exits: unknown[] = [];
    machine.on('exit', (detail) => exits.push(detail));
    expect(board.finisher.exitCode).toBeUndefined();
    run(100);
    expect([board.finisher.exitCode, read('s2'), machine.cycles]).toEqual([code, [0], 100]);
    expect(exits).toEqual([{ source: 'finisher', code }]);
  });

  test('the finisher resets the machine, and RAM stays', () => {
    const { machine, run, word } = guest(`
      li t0, 0x80001000
      lw t1,0(t0)
      addi t1,t1,1
      sw t1,0(t0)
      li t0, 0x100000
      li t1, 0x7777
      sw t1,0(t0)
      .word 0
    `);
    run(15 * 3);
    expect(word(0x8000_1000)).toBe(3);
    machine.reset('power-on');
    expect(word(0x8000_1000)).toBe(0);
  });

  test('the UART interrupts through PLIC source 10', () => {
    const { board, run, read } = guest(`
        la t0, handler
        csrrw zero,mtvec,t0
        li t0, 0xc000000
        addi t1,zero,1
        sw t1,40(t0)
        li t0, 0xc002000
        addi t1,zero,1024
        sw t1,0(t0)
        li t0, 0x10000001
        addi t1,zero,1
        sb t1,0(t0)
        li t0, 2048
        csrrw zero,mie,t0
        csrrsi zero,mstatus,8
      sleep:
        wfi
        jal zero,sleep
        c.nop
        c.nop
      handler:
        li t0, 0xc200004
        lw s2,0(t0)
        li t1, 0x10000000
        lbu s3,0(t1)
        sw s2,0(t0)
        lw s4,0(t0)
        csrrs s5,mcause,zero
        mret
    `);
    run(100);
    board.uart0.type('A');
    // divisor 1: a character is 160 clocks of 3.6864 MHz, about 4,340 cycles
    run(6000);
    expect(read('s2', 's3', 's4', 's5', 'mip')).toEqual([10, 0x41, 0, 0x8000_000b, 0]);
  });

  test('a reset leaves no request of a device behind that is reset, too', () => {
    const { machine, board, run, word } = guest('li t0, 0x10000001\naddi t1,zero,1\nsb t1,0(t0)\nstop:\njal zero,stop');
    board.uart0.type('A');
    run(6000);
    expect(word(0xc00_1000)).toBe(1 << 10);
    machine.reset('pin');
    run(1);
    expect(word(0xc00_1000)).toBe(0);
  });

  test('what virt has and this board has not faults with its name', () => {
    const { machine, read } = guest('li t0, 0x30000000\nlw t1,0(t0)\nstop:\njal zero,stop');
    machine.runCycles(6 + 3);
    expect(read('mcause', 'mtval')).toEqual([5, 0x3000_0000]);
  });

  test('a snapshot in the middle of everything goes on as before', () => {
    const { segments } = readElf('test/bench/firmware/irq-rv32.elf');
    const machine = riscvVirt.createMachine({ image: segments });
    machine.runCycles(50_001);
    const snapshot = machine.snapshot();
    machine.runCycles(123_457);
    const hash = machine.hash();
    machine.restore(snapshot);
    machine.runCycles(123_457);
    expect(machine.hash()).toBe(hash);
  });
});
