#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>

/// Parses without network, without entities from elsewhere, without words on standard error.
static inline xmlDocPtr cxml_read(const char *bytes, int count) {
  return xmlReadMemory(bytes, count, "document.xml", NULL,
                       XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                           XML_PARSE_NOCDATA | XML_PARSE_COMPACT);
}

/// Frees what the library handed out; its own name for it is a variable.
static inline void cxml_free(void *memory) { xmlFree(memory); }
