/* SQLite: as a library, or, in the loadable extension, as what the program that loads it has. */
#ifndef VTCI_SQL_SQLITE_H
#define VTCI_SQL_SQLITE_H

#ifdef VTCI_SQL_EXTENSION
#include <sqlite3ext.h>
extern const sqlite3_api_routines *sqlite3_api;
#else
#include <sqlite3.h>
#endif

#endif
