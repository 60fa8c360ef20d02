// The kernels, once for each instruction set. The including file defines
//
// - LF_NAME(name): the names of what is visible outside,
// - LF_WIDTH: floats of a vector, LF_FMA(a, b, c): a·b + c with one rounding,
// - LF_TILE_ROWS, LF_TILE_PANELS: rows and panels of 16 outputs whose sums are
//   in registers at a time,
// - LF_INNER: products of one pass over a block of rows, a multiple of 64.

#include "vector.inc.h"

#include "functions.inc.h"

#include "tile.inc.h"

#include "pack.inc.h"

#include "products.inc.h"

#include "softmax.inc.h"

#include "attention.inc.h"

#include "elementwise.inc.h"

const struct lf_table LF_NAME(table) = {
    .name = LF_TABLE_NAME,
    .tile_flops = tile_flops,
    .pack = pack,
    .unpack = unpack,
    .linear = linear,
    .multiply = multiply,
    .linear_untransposed = linear_untransposed,
    .pack_values = pack_values,
    .attend = attend,
    .softmax = softmax,
    .activate = activate,
    .layer_norm = layer_norm,
    .add3 = add3,
    .add_scaled = add_scaled,
    .divide_rows = divide_rows,
    .multiply_add = multiply_add,
    .exp = exponential,
    .from_f16 = from_f16,
    .from_bf16 = from_bf16,
    .from_f64 = from_f64,
};
