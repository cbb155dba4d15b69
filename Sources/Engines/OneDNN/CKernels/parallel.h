// Parts of a loop on the team that oneDNN uses.
#pragma once

// Calls body(context, part, parts) for each part, at once where there are threads.
void t2s_parallel(int parts, void (*body)(void *, long, long), void *context);

// The first and the end of `part` of `parts` of `count`, at multiples of `grain`.
static inline void t2s_range(long count, long part, long parts, long grain, long *begin, long *end) {
  long grains = (count + grain - 1) / grain;
  *begin = grains * part / parts * grain;
  *end = grains * (part + 1) / parts * grain;
  if (*begin > count) *begin = count;
  if (*end > count) *end = count;
}
