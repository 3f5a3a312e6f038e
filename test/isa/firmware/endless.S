    .include "common.inc"
_start:
    j _start
