# Start-up of riscv-virt: hart 0 runs main, any other sleeps.

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

    la    t0, __bss_start
    la    t1, __bss_end
1:  bgeu  t0, t1, 2f
    sw    zero, 0(t0)
    addi  t0, t0, 4
    j     1b

2:  call  main
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
