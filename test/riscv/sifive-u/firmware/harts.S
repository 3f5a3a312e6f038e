# Every hart counts in a word of its own when hart 0 calls it by its software interrupt; hart 0 calls them one after the other and collects.

    .equ  MSIP, 0x02000000
    .equ  MSIE, 8

    .section .text.start, "ax"
    .global _start
_start:
    csrr  s0, mhartid
    la    s1, counts
    slli  t0, s0, 2
    add   s1, s1, t0                # this hart's word
    li    s2, MSIP
    add   s3, s2, t0                # this hart's msip
    li    t0, MSIE
    csrw  mie, t0
    beqz  s0, lead

follow:
    wfi                             # ends with a pending interrupt, which is not taken: mstatus.MIE is 0
    lw    t0, 0(s3)
    beqz  t0, follow
    sw    zero, 0(s3)
    addi  t0, s0, 100
    sw    t0, 0(s1)
    csrr  t1, misa
    la    t2, misas
    slli  t3, s0, 3
    add   t2, t2, t3
    sd    t1, 0(t2)
    sw    zero, 0(s2)               # wakes nobody: hart 0 polls
    j     follow

lead:
    li    s4, 1
1:  slli  t0, s4, 2
    add   t1, s2, t0
    li    t2, 1
    sw    t2, 0(t1)
    la    t3, counts
    add   t3, t3, t0
2:  lw    t4, 0(t3)
    beqz  t4, 2b
    addi  s4, s4, 1
    li    t5, 5
    blt   s4, t5, 1b
    csrr  t1, misa
    la    t2, misas
    sd    t1, 0(t2)
    la    t0, finished
    li    t1, 1
    sw    t1, 0(t0)
3:  wfi
    j     3b

    .bss
    .balign 8
    .global results
results:
counts: .skip 64
misas:  .skip 192
    .global finished
finished: .skip 4
    .balign 16
