@ r0: count, r1: value. Position independent; only `movs r3, #constant` is patched.
    .syntax unified
    .cpu cortex-m4
    .thumb

    .macro fold_r3
    eors  r1, r3
    ror   r1, r1, #27
    adds  r1, r3
    .endm

    .section .rodata.kernels, "a"
    .balign 4
    .global kernel_code
    .type kernel_code, %object
kernel_code:
1:  movs  r3, #0
    fold_r3
    subs  r0, #1
    bne   1b
    mov   r0, r1
    bx    lr
    .balign 4
    .space 64 - (. - kernel_code)

    @ The byte at 2: is the constant; the loop stores the count there before it comes by.
    .macro self_changing name, barriers
    .balign 4
    .global \name
    .type \name, %object
\name:
    adr   r2, 2f
1:  strb  r0, [r2]
    .if \barriers
    dsb
    isb
    .endif
    nop
    nop
2:  movs  r3, #0
    fold_r3
    subs  r0, #1
    bne   1b
    mov   r0, r1
    bx    lr
    .balign 4
    .space 64 - (. - \name)
    .endm

    self_changing self_changing_code, 1
    self_changing unfenced_code, 0
