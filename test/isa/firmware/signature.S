    .include "common.inc"
_start:
    la t0, begin_signature
    li t1, 0x11223344
    sw t1, 0(t0)
    addi t1, t1, 1
    sw t1, 4(t0)
    finish 1

    .section .data, "aw", @progbits
    .balign 4
    .globl begin_signature, end_signature
begin_signature: .zero 8
end_signature:
