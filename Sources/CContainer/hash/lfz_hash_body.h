// Included by two files, which differ in how <xxhash.h> is compiled.

static uint64_t hash64(const void *bytes, size_t count) { return XXH3_64bits(bytes, count); }

static LFZHash128 halves(XXH128_hash_t hash) { return (LFZHash128){hash.high64, hash.low64}; }

static LFZHash128 hash128(const void *bytes, size_t count) {
  return halves(XXH3_128bits(bytes, count));
}

static void *create(void) { return XXH3_createState(); }
static void reset(void *state) { XXH3_128bits_reset(state); }
static void update(void *state, const void *bytes, size_t count) {
  XXH3_128bits_update(state, bytes, count);
}
static LFZHash128 value(const void *state) { return halves(XXH3_128bits_digest(state)); }
static void release(void *state) { XXH3_freeState(state); }

static const LFZHashFunctions functions = {hash64, hash128, create, reset,
                                           update, value,   release};
