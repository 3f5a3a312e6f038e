/* Runs from the first flash: says so, programs a function into another block, calls it, erases it, and does so again. */
#define UART     0x10000000
#define FINISHER 0x00100000
#define BLOCK    0x20080000
#define READY    0x00800080
#define LI_A0(n) ((n) << 20 | 0x513)
#define RET      0x8067

    .section .text.start, "ax"
    .globl _start
_start:
    csrr t0, mhartid
1:  bnez t0, 1b
    la   t0, __ram_load
    la   t1, __ram_start
    la   t2, __ram_end
2:  lw   t3, 0(t0)
    sw   t3, 0(t1)
    addi t0, t0, 4
    addi t1, t1, 4
    bltu t1, t2, 2b
    fence.i
    la   a0, hello
    call say
    li   s0, BLOCK
    li   s1, LI_A0('4')
    call make
    li   s1, LI_A0('7')
    call make
    li   t0, FINISHER
    li   t1, 0x5555
    sw   t1, 0(t0)
3:  j    3b

/* Erases the block at s0, programs `li a0, …; ret` (s1) into it, calls that and says the character. */
make:
    mv   s2, ra
    li   t0, 0x00200020
    li   t1, 0x00d000d0
    la   t2, command
    jalr t2
    li   s3, RET
    mv   s4, s0
    li   t0, 0x00400040
    mv   t1, s1
    la   t2, command
    jalr t2
    addi s0, s0, 4
    li   t0, 0x00400040
    mv   t1, s3
    la   t2, command
    jalr t2
    mv   s0, s4
    jalr s0
    li   t0, UART
4:  lbu  t1, 5(t0)
    andi t1, t1, 0x20
    beqz t1, 4b
    sb   a0, 0(t0)
    jr   s2

say:
    li   t0, UART
5:  lbu  t1, 0(a0)
    beqz t1, 7f
6:  lbu  t2, 5(t0)
    andi t2, t2, 0x20
    beqz t2, 6b
    sb   t1, 0(t0)
    addi a0, a0, 1
    j    5b
7:  ret

    .section .rodata, "a"
hello: .asciz "from flash "

/* t0, then t1 to the flash at s0; returns when it is ready and shows its contents again. */
    .section .inram, "ax"
command:
    sw   t0, 0(s0)
    sw   t1, 0(s0)
    li   t3, READY
8:  lw   t0, 0(s0)
    and  t0, t0, t3
    bne  t0, t3, 8b
    li   t0, 0x00ff00ff
    sw   t0, 0(s0)
    fence.i
    ret
