#include "../spike/console.c"
