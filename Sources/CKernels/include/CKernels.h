#ifndef LFCONV_CKERNELS_H
#define LFCONV_CKERNELS_H

// The numeric kernels of the forward pass and of weight loading, in float32.
//
// Every function exists once for each instruction set (AVX-512, AVX2 with
// fused multiply-add, NEON, and portable code for all other processors), and
// gives the same bits on all of them: every sum has an order that follows from
// the sizes of the model alone, a fused multiply-add is emulated exactly where
// the processor has none, and no function of the C library is called whose last
// bit differs between systems. A NaN is a NaN everywhere, but its sign and its
// payload are the processor's. The float environment must be the default one.
//
// All matrices are row-major; a stride counts elements from one row to the
// next. No function allocates, none keeps a pointer, and all may run in several
// threads at a time. Outputs overlap no input unless said.

#include <stddef.h>
#include <stdint.h>

// MARK: Instruction sets

/// The instruction set in use: "avx512", "avx2", "neon" or "baseline".
///
/// The best one that the processor has, unless the environment variable
/// LFCONV_CPU names another. It is read once, at the first call of any kernel;
/// a value that is unknown or not supported here counts as not set.
const char *lf_cpu_name(void);

/// Whether a value of LFCONV_CPU can be obeyed: 1 yes (NULL and "" too), 0 no
/// such instruction set, -1 this processor does not have it.
int lf_cpu_request_valid(const char *name);

/// Chooses the instruction set of this thread alone, for tests; NULL goes back
/// to the default. Returns 0, changing nothing, when it is not to be had.
int lf_select(const char *name);

/// GFLOP/s of this thread in the kernels' own product on data in the cache.
///
/// The product of one tile, with sums that are not cut, is repeated for about
/// so many seconds in several runs, of which the best counts. A multiply-add is
/// two operations.
double lf_peak_gflops(double seconds);

// MARK: Packed matrices

/// Element types that `lf_pack` converts from; all conversions but float64's
/// are exact.
enum lf_type { lf_type_f32 = 0, lf_type_f16 = 1, lf_type_bf16 = 2, lf_type_f64 = 3 };

/// Outputs of one panel of a packed matrix.
enum { lf_panel = 16 };

/// Floats of a packed matrix [n, k].
///
/// A packed matrix consists of ⌈n/16⌉ panels [k][16]: element (row, i) stands
/// at panel row/16, line i, place row%16. Places past row n − 1 are zero. The
/// layout is the same for all instruction sets. Its memory is best aligned to
/// 64 bytes.
size_t lf_packed_count(ptrdiff_t n, ptrdiff_t k);

/// Packs rows [first_row, first_row + rows), columns [first_k, first_k +
/// count_k) of a matrix [n, k], and the zeros past its end when the last row is
/// among them.
///
/// Blocks may be packed in any order, and side by side in several threads.
/// Fastest with multiples of 16 rows from a multiple of 16 on.
///
/// - source: the block's first element, of any alignment its type allows;
///   `source_stride` counts elements.
void lf_pack(float *packed, ptrdiff_t n, ptrdiff_t k, ptrdiff_t first_row, ptrdiff_t rows,
             ptrdiff_t first_k, ptrdiff_t count_k, const void *source, enum lf_type type,
             ptrdiff_t source_stride);

/// The block of a packed matrix [n, k] as plain rows: out [rows, count_k];
/// exposed for tests of `lf_pack`.
void lf_unpack(float *out, ptrdiff_t out_stride, const float *packed, ptrdiff_t n, ptrdiff_t k,
               ptrdiff_t first_row, ptrdiff_t rows, ptrdiff_t first_k, ptrdiff_t count_k);

// MARK: Products

/// What follows a product, element by element.
///
/// All keep NaN. Errors against the exact function, in units in the last place
/// of the result: relu 0; tanh and mish below 0.6; gelu and gelu_10, which is never more than
/// 10, 1 for x ≥ 0 and 7 below; silu and quick_gelu 3; gelu_tanh 3 for x ≥ 0, below it grows as the
/// result falls, to 250 where that is 1e-33. gelu_tanh, silu and quick_gelu give
/// 0 where their exponential leaves the range, at results below 1e-35.
enum lf_activation {
  lf_activation_none = 0,
  lf_activation_gelu = 1,
  lf_activation_gelu_tanh = 2,
  lf_activation_relu = 3,
  lf_activation_tanh = 4,
  lf_activation_silu = 5,
  lf_activation_quick_gelu = 6,
  lf_activation_mish = 7,
  lf_activation_gelu_10 = 8,
};

/// How sums of k products are made in a layer [n, k]: the `depth` that the
/// products below want. Depends on the layer's sizes alone.
///
/// - 0: in float64, in ascending order, and rounded once. For small layers,
///   k ≤ 512 and n·k ≤ 16384.
/// - 32 (k ≤ 256) or 64: k is cut into pieces of so many products, counted from
///   0. A piece is a chain of fused multiply-adds in ascending order that starts
///   from +0; the pieces are added up in order: ((+0 + piece 0) + piece 1) + …
int lf_depth(ptrdiff_t n, ptrdiff_t k);

/// out = activation(x·weightᵀ + bias (+ out)), the weights packed.
///
/// Element (r, o) has the same bits whatever rows and outputs one call makes.
/// With a depth above 0 that holds for cuts of k too, at multiples of the depth:
/// the first call starts, later ones accumulate, the last has the bias and the
/// activation. With depth 0 a call takes all of k.
///
/// - out: [rows, outputs], for outputs [first_output, first_output + outputs).
/// - x: [rows, count_k], the columns from first_k on.
/// - packed: [n, k], the whole matrix.
/// - first_output: a multiple of 16. `outputs` should be one but at the end.
/// - first_k: a multiple of the depth.
/// - bias: of output 0 of the matrix, [n], or NULL. Added after the sum; with
///   depth 0 before it is rounded.
/// - accumulating: whether the sum starts from `out` instead of +0.
///
/// Rows go in blocks of 72 at most, for each of which the weights are read once:
/// a call of 72, 144, … rows is best, 24 good. Up to 8 rows take as long as the
/// weights take to come from memory.
void lf_linear(float *out, ptrdiff_t out_stride, const float *x, ptrdiff_t x_stride,
               ptrdiff_t rows, const float *packed, ptrdiff_t n, ptrdiff_t k,
               ptrdiff_t first_output, ptrdiff_t outputs, ptrdiff_t first_k, ptrdiff_t count_k,
               int depth, const float *bias, enum lf_activation activation, int accumulating);

/// out = x·y (+ out) for y [k, columns] as plain rows; sums as in `lf_linear`.
///
/// - out: [rows, columns].
/// - x: [rows, k]; k ≤ 512 with depth 0.
void lf_multiply(float *out, ptrdiff_t out_stride, const float *x, ptrdiff_t x_stride,
                 ptrdiff_t rows, const float *y, ptrdiff_t y_stride, ptrdiff_t k,
                 ptrdiff_t columns, int depth, int accumulating);

/// out = x·weight, not transposed, for some rows of packed weights [n, k]:
/// out[r][j] = Σ x[r][o]·weight[first_output + o][first_k + j].
///
/// Summed in float64 and rounded once: 16 sums, of the weight rows whose number
/// is the same modulo 16, each in ascending order, added up as a tree (l and
/// l + 8, l and l + 4, …). Made for few rows.
///
/// - out: [rows, count_k].
/// - x: [rows, outputs], outputs ≤ 4096 (more are summed in several parts).
void lf_linear_untransposed(float *out, ptrdiff_t out_stride, const float *x, ptrdiff_t x_stride,
                            ptrdiff_t rows, const float *packed, ptrdiff_t n, ptrdiff_t k,
                            ptrdiff_t first_output, ptrdiff_t outputs, ptrdiff_t first_k,
                            ptrdiff_t count_k);

// MARK: Attention

/// Floats of packed values of `count` keys: ⌈head_size/16⌉ panels [count][16].
size_t lf_packed_values_count(ptrdiff_t count, ptrdiff_t head_size);

/// Packs keys [count, head_size] for attention: a packed matrix of n = count
/// rows and k = head_size columns.
void lf_pack_keys(float *packed, const float *source, ptrdiff_t source_stride, ptrdiff_t count,
                  ptrdiff_t head_size);

/// Packs values [count, head_size] for attention. Returns whether all are finite.
int lf_pack_values(float *packed, const float *source, ptrdiff_t source_stride, ptrdiff_t count,
                   ptrdiff_t head_size);

/// Keys and values of one head, packed.
///
/// Keys are numbered in the order in which queries see them through the window:
/// by position, or, with dilation, within the class of positions that see each
/// other. A part of them may be packed, as long as it holds all that the queries
/// of the call see.
struct lf_keys {
  const float *keys;    ///< As `lf_pack_keys` makes them.
  const float *values;  ///< As `lf_pack_values` makes them.
  ptrdiff_t first;      ///< Number of the first packed key, a multiple of 64.
  ptrdiff_t count;      ///< Packed keys; 0 for none.
  ptrdiff_t end;        ///< Keys there are in all, that is, of the whole sequence or
                        ///< class up to its last unpadded one, packed or not.
  const float *hidden;  ///< [count], below 0 where nobody sees the key; or NULL.
  int is_finite;        ///< What `lf_pack_values` said.
};

/// What the queries of one head see. One softmax is over both groups of keys.
struct lf_attention {
  ptrdiff_t head_size;  ///< D.
  float scale;          ///< Factor of the scores, ≥ 0.
  struct lf_keys band;  ///< Query i sees keys i − left … i + right of these.
  ptrdiff_t left;       ///< Full attention: `end` for both of them. May be negative: −1 leaves
                        ///< out the key of the query's own number.
  ptrdiff_t right;      ///< 0 when only earlier keys are seen.
  struct lf_keys global;  ///< All queries see these; `first` is 0.
  const int64_t *limits;  ///< [queries]: of `global`, each sees so many; NULL for all.
  float *maxima;  ///< [queries], receive the maximum that each row's weights are relative to,
                  ///< −∞ where it sees nothing; or NULL.
  double *sums;   ///< [queries], receive the sum of those weights; or NULL.
};

/// Floats of scratch memory that attention needs in one thread; about 120 KB.
size_t lf_attention_scratch(ptrdiff_t head_size);

/// Context of the queries of one head: softmax(scale·q·kᵀ)·v.
///
/// Scores are sums of head_size products as in a layer, depth 32 or 64, or in
/// float64 when head_size ≤ 16; they are scaled inside the exponential. The sum
/// of a row's weights is made of 16 sums, of the keys whose number is the same
/// modulo 16, added up in float64. Contexts are sums of pieces of 32 keys, cut
/// at numbers divisible by 32, or in float64 when head_size ≤ 16; they are
/// divided by the sum of the weights at last.
///
/// The maximum of a row is the exact one when min(left + right + 1, band.end) +
/// global.end ≤ 1056; else keys go in chunks of 512 (global ones first), cut at
/// multiples of 512, and what has been summed is rescaled when a larger maximum
/// comes. None of this depends on which queries are in one call, and hidden keys
/// or keys beyond a row's window add nothing, so that padding changes no bit. A
/// row that sees nothing has context 0.
///
/// - context: [queries, D].
/// - queries: [queries, D]; the first has number first_query. Best in multiples
///   of 24; cut them as you like.
/// - scratch: `lf_attention_scratch` floats, aligned to 64 bytes.
void lf_attend(const struct lf_attention *attention, float *context, ptrdiff_t context_stride,
               const float *queries, ptrdiff_t queries_stride, ptrdiff_t first_query,
               ptrdiff_t count, float *scratch);

/// Unnormalised softmax of every row, in place: x becomes exp(scale·x −
/// maximum), 0 where it is not seen.
///
/// - limits: [rows], the columns that each row sees; NULL for all.
/// - hidden: [columns], below 0 where nobody sees the column; or NULL.
/// - maxima: [rows], of scale·x; −∞ when the row sees nothing.
/// - sums: [rows], of the weights.
void lf_softmax(float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, float scale,
                const int64_t *limits, const float *hidden, float *maxima, float *sums);

// MARK: Element by element

/// x = activation(x + bias), as products apply it; exposed for its tests. `bias`
/// [columns] or NULL.
void lf_activate(float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const float *bias,
                 enum lf_activation activation);

/// out = LayerNorm(x + bias + residual)·gain + shift, with the biased variance.
/// `bias` and `residual` may be NULL; `out` may be `x` or `residual`.
/// Computed in float64, in two passes; only the result is rounded.
void lf_layer_norm(float *out, ptrdiff_t out_stride, const float *x, ptrdiff_t x_stride,
                   const float *bias, const float *residual, ptrdiff_t residual_stride,
                   const float *gain, const float *shift, double epsilon, ptrdiff_t rows,
                   ptrdiff_t columns);

/// out = a + b + c, rounded once.
void lf_add3(float *out, const float *a, const float *b, const float *c, ptrdiff_t count);

/// y += factor·x, rounded once.
void lf_add_scaled(float *y, const float *x, float factor, ptrdiff_t count);

/// x[r][c] /= divisors[r], rounded once; 0 where the divisor is 0.
void lf_divide_rows(float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
                    const float *divisors);

/// out = a·b + c, rounded once; exposed for tests of its emulation.
void lf_multiply_add(float *out, const float *a, const float *b, const float *c, ptrdiff_t count);

/// exp of every element, as softmax uses it; exposed for its tests. 0 below
/// −87.3 and infinite above 88.3, else within one unit in the last place.
void lf_exp(float *x, ptrdiff_t count);

/// exp in float64, within one unit in the last place, the same on all systems.
double lf_exp_double(double x);

/// tanh in float64, as the activations use it; exposed for its tests. Relative
/// error below 1e-13, the same on all systems.
double lf_tanh_double(double x);

/// IEEE half precision to float32, exact; this and the next two are the
/// conversions of `lf_pack`, exposed for their tests.
void lf_from_f16(float *out, const uint16_t *in, ptrdiff_t count);

/// bfloat16 to float32, exact.
void lf_from_bf16(float *out, const uint16_t *in, ptrdiff_t count);

/// float64 to float32, to nearest even.
void lf_from_f64(float *out, const double *in, ptrdiff_t count);

#endif
