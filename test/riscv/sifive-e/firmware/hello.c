/* A line on UART0, and the green LED. */
#include "console.h"
#include "sifive-e.h"
#include "text.h"

#define GREEN (1u << 19)

int main(void) {
    console_init();
    GPIO_OUTPUT_EN |= GREEN; /* lit by a low level */
    print_text("hello from sifive-e\n");
    return 0;
}
