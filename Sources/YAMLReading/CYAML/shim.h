#include <stdlib.h>
#include <yaml.h>

/// A parser over bytes in memory, with the event it stands at.
typedef struct {
  yaml_parser_t parser;
  yaml_event_t event;
  int has_event;
} cyaml_reader;

/// A reader of `count` bytes, which must outlive it; NULL where there is no memory.
static inline cyaml_reader *cyaml_open(const unsigned char *bytes, size_t count) {
  cyaml_reader *reader = (cyaml_reader *)calloc(1, sizeof *reader);
  if (!reader) return NULL;
  if (!yaml_parser_initialize(&reader->parser)) {
    free(reader);
    return NULL;
  }
  yaml_parser_set_input_string(&reader->parser, bytes, count);
  return reader;
}

/// Goes to the next event; 0 where the text is malformed.
static inline int cyaml_next(cyaml_reader *reader) {
  if (reader->has_event) yaml_event_delete(&reader->event);
  reader->has_event = yaml_parser_parse(&reader->parser, &reader->event);
  return reader->has_event;
}

/// What the event is: one of `yaml_event_type_t`.
static inline int cyaml_kind(const cyaml_reader *reader) { return (int)reader->event.type; }

/// The event's line, from 1.
static inline size_t cyaml_line(const cyaml_reader *reader) {
  return reader->event.start_mark.line + 1;
}

/// Where and why parsing stopped.
static inline const char *cyaml_problem(const cyaml_reader *reader) {
  return reader->parser.problem;
}
static inline size_t cyaml_problem_line(const cyaml_reader *reader) {
  return reader->parser.problem_mark.line + 1;
}

/// The text of a scalar.
static inline const unsigned char *cyaml_text(const cyaml_reader *reader) {
  return reader->event.data.scalar.value;
}
static inline size_t cyaml_text_count(const cyaml_reader *reader) {
  return reader->event.data.scalar.length;
}

/// Frees all.
static inline void cyaml_close(cyaml_reader *reader) {
  if (reader->has_event) yaml_event_delete(&reader->event);
  yaml_parser_delete(&reader->parser);
  free(reader);
}
