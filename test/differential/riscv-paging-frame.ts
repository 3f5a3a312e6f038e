import { rv32gc, rv64gc } from '../../src/emu/cpu/riscv/isa.js';
import type { Xlen } from '../../src/emu/cpu/riscv/x-registers.js';
import { program } from '../riscv/guest.js';

/** First word of a record that holds all registers; that of a trap is its cause. */
export const REGISTERS_FOLLOW = 0x7ff;
export const TRAP_WORDS = 4;
export const DUMP_WORDS = 32;
/** What x17 says about an ECALL. */
export const CALL = { end: 0, toSupervisor: 1, back: 2 } as const;
/** Offsets of the cells, in registers. */
export const CELL = { resume: 0, started: 1, executed: 2 } as const;

const assembled = (xlen: Xlen, source: string) =>
  program(
    source.replace(/\bL /g, xlen === 64 ? 'ld ' : 'lw ').replace(/\bS /g, xlen === 64 ? 'sd ' : 'sw '),
    xlen === 64 ? rv64gc : rv32gc,
  );

const record = (mode: 'm' | 's', size: number) => `
  csrrs tp,${mode}cause,zero
  S tp,0(gp)
  csrrs t0,${mode}epc,zero
  S t0,${size}(gp)
  csrrs t0,${mode}tval,zero
  S t0,${2 * size}(gp)
  csrrs t0,${mode}status,zero
  S t0,${3 * size}(gp)
  addi gp,gp,${TRAP_WORDS * size}`;

/** Where to go on is in ra, for one time; without it the block is over. */
const goOn = (mode: 'm' | 's', leave: string) => `
  addi t0,zero,12
  beq tp,t0,fetch
  addi t0,zero,1
  beq tp,t0,fetch
behind:
  csrrs t0,${mode}epc,zero
  addi t0,t0,4
  csrrw zero,${mode}epc,t0
  jal zero,leave
fetch:
  beq ra,zero,end
  csrrw zero,${mode}epc,ra
  addi ra,zero,0
leave:
  addi tp,zero,0
  ${leave}`;

/** Writes a record; goes on four bytes behind the instruction. */
export function supervisorHandler(xlen: Xlen): Uint8Array {
  return assembled(
    xlen,
    `${record('s', xlen / 8)}
  addi t0,zero,8
  beq tp,t0,call
${goOn('s', 'sret')}
call:
  beq a7,zero,end
  addi t0,zero,${CALL.toSupervisor}
  bne a7,t0,behind
  addi t0,zero,0x100
  csrrs zero,sstatus,t0
  jal zero,behind
end:
  addi a7,zero,0
  ecall`,
  );
}

/**
 * The same in machine mode; an ECALL that ends a block writes all registers too, and goes back to the driver. Translations are
 * dropped on the way in and out: QEMU's TLB keeps those of MPRV though MPP has changed.
 */
export function machineHandler(xlen: Xlen): Uint8Array {
  const size = xlen / 8;
  const others = Array.from({ length: 31 }, (_, i) => i + 1);
  const name = (n: number) => NAMES[n]!;
  return assembled(
    xlen,
    `sfence.vma zero,zero
  csrrs t1,mscratch,zero
  csrrs t0,mstatus,zero
  srli t0,t0,11
  andi t0,t0,3
  addi t0,t0,-3
  beq t0,zero,counted
  csrrs t0,minstret,zero
  L tp,${size * CELL.started}(t1)
  sub t0,t0,tp
  L tp,${size * CELL.executed}(t1)
  add t0,t0,tp
  S t0,${size * CELL.executed}(t1)
counted:
${record('m', size)}
  addi t0,zero,8
  beq tp,t0,call
  addi t0,zero,9
  beq tp,t0,call
${goOn('m', `csrrs t0,minstret,zero\nS t0,${size * CELL.started}(t1)\naddi t0,zero,0\nsfence.vma zero,zero\nmret`)}
call:
  bne a7,zero,behind
end:
  addi tp,zero,0
  addi t0,zero,${REGISTERS_FOLLOW}
  S t0,0(gp)
${others.map((n) => `  S ${name(n)},${size * n}(gp)`).join('\n')}
  addi gp,gp,${DUMP_WORDS * size}
  L t0,${size * CELL.resume}(t1)
  jalr zero,0(t0)`,
  );
}

const NAMES =
  'zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6'.split(' ');
