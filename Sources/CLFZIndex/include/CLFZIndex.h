#pragma once

/// C parts of the `.lfz` container: the index's generated code, its bounded
/// unpacking, memory in huge pages, and the loops that split elements into planes.

#include "lfz.pb-c.h"
#include "lfz_index.h"
#include "lfz_pages.h"
#include "lfz_planes.h"
