// Whatever the compiler may assume of every processor of this architecture.

#if defined(__aarch64__)
#define LF_FUSED
#endif
#define LF_NAME(name) lf_baseline_##name

#include "kernels.inc.h"
