#include "CComponents.h"

#include <stdlib.h>
#include <string.h>

t2s_joined *t2s_joined_new(long height, int connectivity, int measures) {
  t2s_joined *joined = calloc(1, sizeof *joined);
  if (!joined) return NULL;
  joined->height = height;
  joined->connectivity = connectivity;
  joined->measures = measures;
  joined->last_rows = calloc((size_t)height + 1, sizeof *joined->last_rows);
  if (!joined->last_rows) {
    free(joined);
    return NULL;
  }
  return joined;
}

void t2s_joined_free(t2s_joined *joined) {
  if (!joined) return;
  free(joined->parents);
  free(joined->active);
  free(joined->active_records);
  free(joined->last_runs);
  free(joined->last_rows);
  free(joined->finished);
  free(joined->finished_records);
  free(joined->numbers);
  free(joined);
}

static int resize(void *memory, long count, size_t size) {
  void **place = memory;
  void *bigger = realloc(*place, (size_t)(count > 0 ? count : 1) * size);
  if (!bigger) return -1;
  *place = bigger;
  return 0;
}

static int is_layered(int connectivity) { return connectivity == 4 || connectivity == 8; }

static int finish(t2s_joined *joined, uint32_t number, const t2s_record *record) {
  joined->finished[joined->finished_count] = number;
  if (joined->measures) joined->finished_records[joined->finished_count] = *record;
  joined->finished_count++;
  return 0;
}

int t2s_joined_take(t2s_joined *joined, const t2s_part *part, t2s_record *records, long count) {
  long old = joined->active_count, all = old + count, height = joined->height;
  int layered = is_layered(joined->connectivity);
  int result = -1;
  uint32_t *nodes = malloc((size_t)(all + 1) * sizeof *nodes);
  uint32_t *given = malloc((size_t)(all + 1) * sizeof *given);
  uint8_t *reaches = calloc((size_t)all + 1, 1);
  uint32_t *active = NULL;
  t2s_record *active_records = NULL;
  if (!nodes || !given || !reaches) goto end;
  if (joined->number_count + count > joined->number_capacity) {
    // A little at a time, since what is asked for and not used may be touched when it is copied.
    long capacity = joined->number_count + count + joined->number_capacity / 8 + 4096;
    if (resize(&joined->parents, capacity, sizeof *joined->parents)) goto end;
    joined->number_capacity = capacity;
  }
  if (resize(&joined->numbers, count, sizeof *joined->numbers)) goto end;
  if (resize(&joined->finished, all, sizeof *joined->finished)) goto end;
  if (joined->measures && resize(&joined->finished_records, all, sizeof *records)) goto end;
  joined->finished_count = 0;

  for (long i = 0; i < all; i++) nodes[i] = (uint32_t)i;
  if (joined->has_last && !layered)
    t2s_join_layers(joined->last_runs, joined->last_rows, part->runs, part->rows, height,
                    joined->connectivity, (uint32_t)old, nodes);
  if (joined->measures > 1 && !layered)
    t2s_add_surface(joined->last_runs, joined->has_last ? joined->last_rows : NULL, part->runs,
                    part->rows, height, joined->active_records, records);

  // Roots come before what they have joined: old components first, then those of the part.
  for (long i = 0; i < all; i++) {
    uint32_t root = t2s_find(nodes, (uint32_t)i);
    if (i < old) {
      given[i] = joined->active[i];
      if (root != (uint32_t)i) joined->parents[given[i]] = given[root];
    } else if (root == (uint32_t)i) {
      given[i] = (uint32_t)joined->number_count++;
      joined->parents[given[i]] = given[i];
    } else {
      given[i] = given[root];
    }
    if (i >= old) joined->numbers[i - old] = given[i];
    if (root != (uint32_t)i && joined->measures) {
      t2s_record *to = root < old ? joined->active_records + root : records + (root - old);
      t2s_record_add(to, i < old ? joined->active_records + i : records + (i - old));
    }
  }

  // What reaches the last layer goes on; the rest is finished.
  const long *rows = part->rows + (part->layers - 1) * height;
  long runs = rows[height] - rows[0];
  if (!layered)
    for (long i = rows[0]; i < rows[height]; i++)
      reaches[t2s_find(nodes, part->runs[i].label + (uint32_t)old)] = 1;
  long next = 0;
  for (long i = 0; i < all; i++) next += reaches[i];
  if (resize(&active, next, sizeof *active)) goto end;
  if (joined->measures && resize(&active_records, next, sizeof *active_records)) goto end;
  next = 0;
  for (long i = 0; i < all; i++) {
    if (t2s_find(nodes, (uint32_t)i) != (uint32_t)i) continue;
    const t2s_record *record =
        !joined->measures ? NULL : i < old ? joined->active_records + i : records + (i - old);
    if (reaches[i]) {
      active[next] = given[i];
      if (record) active_records[next] = *record;
      // From here on a node's number is its place among those that go on.
      given[i] = (uint32_t)next++;
    } else {
      finish(joined, given[i], record);
    }
  }
  if (resize(&joined->last_runs, runs, sizeof *joined->last_runs)) goto end;
  for (long i = 0; i < runs && !layered; i++) {
    t2s_run run = part->runs[rows[0] + i];
    run.label = given[t2s_find(nodes, run.label + (uint32_t)old)];
    joined->last_runs[i] = run;
  }
  for (long y = 0; y <= height; y++) joined->last_rows[y] = rows[y] - rows[0];
  joined->has_last = 1;
  free(joined->active);
  free(joined->active_records);
  joined->active = active;
  joined->active_records = active_records;
  joined->active_count = next;
  active = NULL;
  active_records = NULL;
  joined->layers += part->layers;
  result = 0;
end:
  free(nodes);
  free(given);
  free(reaches);
  free(active);
  free(active_records);
  return result;
}

int t2s_joined_end(t2s_joined *joined) {
  joined->finished_count = 0;
  if (resize(&joined->finished, joined->active_count, sizeof *joined->finished)) return -1;
  if (joined->measures && resize(&joined->finished_records, joined->active_count,
                                 sizeof *joined->finished_records))
    return -1;
  if (joined->measures > 1 && joined->has_last && !is_layered(joined->connectivity))
    t2s_add_surface(joined->last_runs, joined->last_rows, NULL, NULL, joined->height,
                    joined->active_records, NULL);
  for (long i = 0; i < joined->active_count; i++)
    finish(joined, joined->active[i], joined->measures ? joined->active_records + i : NULL);
  joined->active_count = 0;
  return 0;
}

long t2s_joined_number(t2s_joined *joined) {
  uint32_t next = 0;
  for (long i = 0; i < joined->number_count; i++) {
    uint32_t parent = joined->parents[i];
    joined->parents[i] = parent == (uint32_t)i ? ++next : joined->parents[parent];
  }
  return next;
}
