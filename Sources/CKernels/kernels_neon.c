// 64-bit ARM, all processors of which have NEON with fused multiply-add.

#if defined(__aarch64__)

#include <arm_neon.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LF_WIDTH 4
#define LF_FMA(a, b, c) ((vf)vfmaq_f32((float32x4_t)(c), (float32x4_t)(a), (float32x4_t)(b)))

#define LF_NAME(name) lf_neon_##name
#define LF_TABLE_NAME "neon"
// 24 sums, a line of the panel and a factor: 29 of 32 registers.
#define LF_TILE_ROWS 6
#define LF_TILE_PANELS 1
#define LF_INNER 256

#include "kernels.inc.h"

#endif
