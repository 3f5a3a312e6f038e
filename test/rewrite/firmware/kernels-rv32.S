# a0: count, a1: value. Position independent; only the constant of `li a3, constant` (an addi of 4 bytes) is patched.
    .macro fold_a3
    xor   a1, a1, a3
    slli  a4, a1, 5
    srli  a5, a1, 27
    or    a1, a4, a5
    add   a1, a1, a3
    .endm

    .section .rodata.kernels, "a"
    .balign 4
    .global kernel_code
    .type kernel_code, @object
kernel_code:
    .option push
    .option norvc
1:  addi  a3, zero, 0
    .option pop
    fold_a3
    addi  a0, a0, -1
    bnez  a0, 1b
    mv    a0, a1
    ret
    .balign 4
    .space 64 - (. - kernel_code)

    # The upper half-word of the addi at 2: holds the constant in its upper 12 bits.
    .macro self_changing name, fence
    .balign 4
    .global \name
    .type \name, @object
\name:
    auipc a2, 0
    addi  a2, a2, %lo(2f - \name)
1:  slli  a4, a0, 20
    srli  a4, a4, 16
    sh    a4, 2(a2)
    .if \fence
    fence.i
    .endif
    c.nop
    .option push
    .option norvc
2:  addi  a3, zero, 0
    .option pop
    fold_a3
    addi  a0, a0, -1
    bnez  a0, 1b
    mv    a0, a1
    ret
    .balign 4
    .space 64 - (. - \name)
    .endm

    self_changing self_changing_code, 1
    self_changing unfenced_code, 0
