#include "../riscv-virt/riscv-virt.h"
