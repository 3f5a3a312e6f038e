    .include "common.inc"
_start:
    finish 15
