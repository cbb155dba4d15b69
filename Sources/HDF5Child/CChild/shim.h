// What Swift's own view of the system's library leaves out.

/// Anonymous memory that two processes may share; declared here because the header hides it.
extern int memfd_create(const char *name, unsigned flags);

/// Such memory that takes seals and is not handed on to other programs; negative on failure.
static inline int cchild_make_memory(void) { return memfd_create("t2s-hdf5", 1u | 2u); }

/// F_ADD_SEALS, and the seals against shrinking, growing and further seals.
enum { cchild_add_seals = 1024 + 9, cchild_fixed_size = 1 | 2 | 4 };
