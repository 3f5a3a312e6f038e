# Start-up of the RISC-V boards, 32 and 64 bits wide: hart 0 runs main, any other sleeps.

#if __riscv_xlen == 64
# define LOAD    ld
# define STORE   sd
#else
# define LOAD    lw
# define STORE   sw
#endif
#define WORD (__riscv_xlen / 8)

    .section .text.start, "ax"
    .global _start
    .type _start, @function
_start:
    csrr  t0, mhartid
    bnez  t0, sleep

    .option push
    .option norelax                 # relaxed, this would read gp before it is set
    la    gp, __global_pointer$
    .option pop
    la    sp, __stack_top
    la    t0, trap_entry
    csrw  mtvec, t0                 # direct mode: all traps go to one address

    la    t0, __data_source         # where the loader put it and where it belongs: two places when the code lies in flash
    la    t1, __data_start
    la    t2, __data_end
    beq   t0, t1, 2f
1:  bgeu  t1, t2, 2f
    LOAD  t3, 0(t0)
    STORE t3, 0(t1)
    addi  t0, t0, WORD
    addi  t1, t1, WORD
    j     1b

2:  la    t0, __bss_start
    la    t1, __bss_end
3:  bgeu  t0, t1, 4f
    STORE zero, 0(t0)
    addi  t0, t0, WORD
    j     3b

4:  call  main
sleep:
    wfi
    j     sleep
    .size _start, . - _start

# A program with interrupts defines its own trap_entry; without one a trap stops here, where a debugger sees mcause.
    .weak trap_entry
    .type trap_entry, @function
    .balign 4                       # mtvec holds multiples of 4
trap_entry:
    j     trap_entry
    .size trap_entry, . - trap_entry
