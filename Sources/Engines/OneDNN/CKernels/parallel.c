#define _GNU_SOURCE
#include "parallel.h"
#include "CTraining.h"
#include <dlfcn.h>
#include <pthread.h>
#include <unistd.h>

// libgomp is loaded with oneDNN but not linked to us, so its functions are looked up: two teams, ours and
// oneDNN's, would take the cores from each other.
static struct {
  void (*parallel)(void (*)(void *), void *, unsigned, unsigned);
  int (*thread)(void);
  int (*threads)(void);
  void (*set)(int);
} gomp;
static pthread_once_t looked_up = PTHREAD_ONCE_INIT;

static void look_up(void) {
  *(void **)&gomp.parallel = dlsym(RTLD_DEFAULT, "GOMP_parallel");
  *(void **)&gomp.thread = dlsym(RTLD_DEFAULT, "omp_get_thread_num");
  *(void **)&gomp.threads = dlsym(RTLD_DEFAULT, "omp_get_num_threads");
  *(void **)&gomp.set = dlsym(RTLD_DEFAULT, "omp_set_num_threads");
}

void t2s_set_threads(int threads) {
  pthread_once(&looked_up, look_up);
  if (gomp.set) gomp.set(threads);
}

typedef struct {
  void (*body)(void *, long, long);
  void *context;
  long parts;
} job;

static void run(void *argument) {
  const job *work = argument;
  long threads = gomp.threads();
  // A team may be smaller than asked for; the parts stay the same.
  for (long part = gomp.thread(); part < work->parts; part += threads)
    work->body(work->context, part, work->parts);
}

void t2s_parallel(int parts, void (*body)(void *, long, long), void *context) {
  pthread_once(&looked_up, look_up);
  if (parts <= 1) {
    body(context, 0, 1);
  } else if (gomp.parallel && gomp.thread && gomp.threads) {
    job work = {body, context, parts};
    gomp.parallel(run, &work, (unsigned)parts, 0);
  } else {
    for (long part = 0; part < parts; part++) body(context, part, parts);
  }
}

static void nothing(void *argument) { (void)argument; }

static void *wait_for_ever(void *argument) {
  (void)argument;
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  gomp.parallel(nothing, 0, (unsigned)(cores + 1), 0);
  for (;;) pause();
  return 0;
}

static void park(void) {
  pthread_once(&looked_up, look_up);
  pthread_t thread;
  if (gomp.parallel && !pthread_create(&thread, 0, wait_for_ever, 0)) pthread_detach(thread);
}

void t2s_let_barriers_sleep(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, park);
}
