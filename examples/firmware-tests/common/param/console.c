#include "../riscv-virt/console.c"
