    .include "common.inc"
_start:
    li t1, 6
    li t2, 7
    mul t1, t1, t2
    li t2, 42
    bne t1, t2, failed
    finish 1
failed:
    finish 3
