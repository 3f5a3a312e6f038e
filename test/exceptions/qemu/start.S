/* Vector table and the one entry of all exceptions, for the programs that run here and on QEMU's mps2-an386. */
    .syntax unified
    .cpu cortex-m4
    .thumb

    .section .vectors, "a"
    .globl vectors
vectors:
    .word 0x20010000
    .word start + 1
    .rept 46
    .word entry + 1
    .endr

    .text
    .thumb_func
start:
    bl main
    movs r1, #0x26
    movt r1, #2
    movs r0, #0x18
    bkpt 0xab
1:  b 1b

/* r4–r11 are the interrupted program's; dispatch(frame, EXC_RETURN) gives the EXC_RETURN to use */
    .globl entry
    .thumb_func
entry:
    mov r1, lr
    tst lr, #4
    ite eq
    mrseq r0, msp
    mrsne r0, psp
    push {r4, lr}
    bl dispatch
    pop {r4, lr}
    bx r0
