// The kernels with AVX-512's vectors, tiles and blocks, in portable code: its
// structure is tested where no processor has it.

#define LF_WIDTH 16
#define LF_FMA_INLINE static __attribute__((noinline))
#include "portable.inc.h"

#define LF_NAME(name) lf_wide_##name
#define LF_TABLE_NAME "wide"
#define LF_TILE_ROWS 12
#define LF_TILE_PANELS 2
#define LF_INNER 192

#include "kernels.inc.h"
