// x86-64 with AVX2 and fused multiply-add (2013 and later).

#if defined(__x86_64__)

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,bmi,bmi2"))), apply_to = function)

#define LF_FUSED
#define LF_NAME(name) lf_avx2_##name

#include "kernels.inc.h"

#pragma clang attribute pop

#endif
