    # What user mode executes, at 0x10000000: 400 rounds over 16 pages, with a call into a page whose code changes each time.
    .section .user, "ax"
    .balign 4096
    .global user_start
user_start:
    li    s0, 0
    li    s1, 0
    li    s2, 400
round:
    li    t0, 0x20000000
    li    t1, 16
    mv    t2, s0
    li    t4, 4096
page:
    lw    t3, 0(t0)
    add   t3, t3, t2
    sw    t3, 0(t0)
    addi  t2, t2, 1
    add   t0, t0, t4
    addi  t1, t1, -1
    bnez  t1, page
    li    t0, 0x30000000
    jalr  t0
    add   s1, s1, a0
    li    a7, 1
    ecall
    addi  s0, s0, 1
    bne   s0, s2, round

    # A and D: both, then A alone after a load, none without an access, A and D after a store
    li    a7, 3
    li    a0, 0x20003000
    ecall
    mv    s3, a0
    li    a0, 0x20003000
    lw    t0, 0(a0)
    ecall
    slli  s3, s3, 8
    or    s3, s3, a0
    li    a0, 0x20003000
    ecall
    slli  s3, s3, 8
    or    s3, s3, a0
    li    a0, 0x20003000
    sw    t0, 0(a0)
    ecall
    slli  s3, s3, 8
    or    a3, s3, a0

    li    a0, 0
    li    t0, 0x20000000
    li    t1, 16
sum:
    lw    t3, 0(t0)
    add   a0, a0, t3
    add   t0, t0, t4
    addi  t1, t1, -1
    bnez  t1, sum
    mv    a1, s1
    li    a7, 2
    ecall

    .balign 4096
    .global version_one
version_one:
    li    a0, 1
    ret
    .balign 4096
    .global version_two
version_two:
    li    a0, 2
    ret
    .balign 4096
