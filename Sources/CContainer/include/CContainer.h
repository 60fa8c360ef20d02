#pragma once

/// C parts of the `.lfz` container: the index's generated code and its bounded
/// unpacking, and the loops that need what only C gives.

#include "lfz.pb-c.h"
#include "lfz_hash.h"
#include "lfz_index.h"
#include "lfz_literals.h"
#include "lfz_planes.h"
