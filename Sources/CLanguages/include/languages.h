#pragma once

/// What a file of `Words/Languages` holds, by the file's name, such as `web.de.po`; NULL: there is no such file.
const char *_Nullable amends_language_file(const char *_Nonnull name);
