#pragma once
#include <stdint.h>

/// target[i] becomes the lesser of itself and source[i] + step; no sum is greater than 65535.
void t2s_least_of_sum(uint16_t *target, const uint16_t *source, uint16_t step, long count);
