#pragma once

/// C parts of the `.lfz` container.
///
/// `index/`: what protoc-c makes of `Specs/lfz.proto` (`lfz.pb-c.*`, by
/// `make generate`), and its unpacking within bounds.
/// `codec/`: byte planes, and the zstd frames that code them.
/// `hash/`: XXH3 for newer processors.

#include "lfz.pb-c.h"
#include "lfz_hash.h"
#include "lfz_index.h"
#include "lfz_literals.h"
#include "lfz_planes.h"
