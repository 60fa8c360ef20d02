#pragma once

/// Removes what is on the list of temporary paths and lies at or in a path, without
/// opening anything, and takes it off the list.
void lf_temporary_remove(const char *path);
