/* Heapsort of 300 numbers, then a binary search for each of 100. */
#include "bench.h"

#define SIZE 300

static uint32_t numbers[SIZE];

void bench_init(void) {}

static void sift_down(int root, int end) {
    uint32_t value = numbers[root];
    for (int child; (child = 2 * root + 1) < end; root = child) {
        if (child + 1 < end && numbers[child] < numbers[child + 1]) child++;
        if (value >= numbers[child]) break;
        numbers[root] = numbers[child];
    }
    numbers[root] = value;
}

static void sort(void) {
    for (int root = SIZE / 2 - 1; root >= 0; root--) sift_down(root, SIZE);
    for (int end = SIZE - 1; end > 0; end--) {
        uint32_t largest = numbers[0];
        numbers[0] = numbers[end];
        numbers[end] = largest;
        sift_down(0, end);
    }
}

static uint32_t position(uint32_t wanted) {
    uint32_t low = 0, high = SIZE;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (numbers[middle] < wanted) low = middle + 1;
        else high = middle;
    }
    return low;
}

uint32_t bench_step(uint32_t seed) {
    uint32_t random = seed | 1;
    for (int i = 0; i < SIZE; i++) numbers[i] = bench_random(&random);
    sort();
    for (int i = 0; i < 100; i++) seed = seed * 33 + position(bench_random(&random));
    return seed;
}
