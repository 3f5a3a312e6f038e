/* flag-clearing.c as a debug build has it: address and word loaded anew, in other registers. */
#pragma GCC optimize ("O0")
#include "flag-clearing.c"
