/* The smallest program worth testing: a line on the UART, then the end of the run. */
#include "console.h"
#include "riscv-virt.h"
#include "text.h"

int main(void) {
    console_init();
    print_text("hello from rv32\n");
    FINISHER = FINISHER_PASS;
    return 0;
}
