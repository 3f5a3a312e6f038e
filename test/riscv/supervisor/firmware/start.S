#if __riscv_xlen == 64
#define STORE sd
#define LOAD ld
#define SIZE 8
#else
#define STORE sw
#define LOAD lw
#define SIZE 4
#endif

    # Machine mode: a page of its own, which nobody else may even read.
    .section .text.start, "ax"
    .global _start
_start:
    csrr  s0, mhartid
    la    sp, stacks
    addi  t0, s0, 1
    slli  t0, t0, 12
    add   sp, sp, t0
    la    t0, machine_trap
    csrw  mtvec, t0
    la    t0, supervisor_entry
    csrw  stvec, t0
    csrw  sscratch, sp
    mv    a0, s0
    call  prepare
    csrw  satp, a0
    sfence.vma
    mv    tp, s0
    mret
    # nothing is machine mode's business
    .balign 4
machine_trap:
    li    t0, 0x100000
    li    t1, 0x23333
    sw    t1, 0(t0)
1:  wfi
    j     1b

    .section .text.supervisor, "ax"
    .balign 4
supervisor_entry:
    csrrw sp, sscratch, sp
    addi  sp, sp, -32*SIZE
    STORE a0, 0*SIZE(sp)
    STORE a1, 1*SIZE(sp)
    STORE a7, 2*SIZE(sp)
    STORE a3, 3*SIZE(sp)
    STORE a2, 4*SIZE(sp)
    STORE a4, 5*SIZE(sp)
    STORE a5, 6*SIZE(sp)
    STORE a6, 7*SIZE(sp)
    STORE t0, 8*SIZE(sp)
    STORE t1, 9*SIZE(sp)
    STORE t2, 10*SIZE(sp)
    STORE t3, 11*SIZE(sp)
    STORE t4, 12*SIZE(sp)
    STORE t5, 13*SIZE(sp)
    STORE t6, 14*SIZE(sp)
    STORE ra, 15*SIZE(sp)
    mv    a0, tp
    csrr  a1, scause
    csrr  a2, stval
    mv    a3, sp
    call  supervisor_trap
    LOAD  a1, 1*SIZE(sp)
    LOAD  a7, 2*SIZE(sp)
    LOAD  a3, 3*SIZE(sp)
    LOAD  a2, 4*SIZE(sp)
    LOAD  a4, 5*SIZE(sp)
    LOAD  a5, 6*SIZE(sp)
    LOAD  a6, 7*SIZE(sp)
    LOAD  t0, 8*SIZE(sp)
    LOAD  t1, 9*SIZE(sp)
    LOAD  t2, 10*SIZE(sp)
    LOAD  t3, 11*SIZE(sp)
    LOAD  t4, 12*SIZE(sp)
    LOAD  t5, 13*SIZE(sp)
    LOAD  t6, 14*SIZE(sp)
    LOAD  ra, 15*SIZE(sp)
    addi  sp, sp, 32*SIZE
    csrrw sp, sscratch, sp
    sret

    .bss
    .balign 4096
stacks:
    .space 4 * 4096
