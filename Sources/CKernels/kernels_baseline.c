// Whatever the compiler may assume of every processor of this architecture.

#define LF_WIDTH 4
#include "portable.inc.h"

#define LF_NAME(name) lf_baseline_##name
#define LF_TABLE_NAME "baseline"
#define LF_TILE_ROWS 4
#define LF_TILE_PANELS 1
#define LF_INNER 256

#include "kernels.inc.h"
