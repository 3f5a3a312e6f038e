# Every hart gets a stack of 4 KiB and calls main with its number.

    .section .text.start, "ax"
    .global _start
    .type _start, @function
_start:
    .option push
    .option norelax                 # relaxed, this would read gp before it is set
    la    gp, __global_pointer$
    .option pop
    csrr  a0, mhartid
    la    sp, __stack_top
    slli  t0, a0, 12
    sub   sp, sp, t0
    la    t0, trap_entry
    csrw  mtvec, t0
    call  main
sleep:
    wfi
    j     sleep
    .size _start, . - _start

    .type trap_entry, @function
    .balign 4
trap_entry:
    j     trap_entry
    .size trap_entry, . - trap_entry
