/* The commands. Each takes its own name as argv[0] and returns the exit code. */
#ifndef VTC_TOOLS_COMMANDS_H
#define VTC_TOOLS_COMMANDS_H

#include "exit_code.h"
#include "options.h"

enum exit_code cmd_compress(int argc, char **argv);
enum exit_code cmd_decompress(int argc, char **argv);
enum exit_code cmd_info(int argc, char **argv);
enum exit_code cmd_verify(int argc, char **argv);
enum exit_code cmd_query(int argc, char **argv);
enum exit_code cmd_shell(int argc, char **argv);
/* Also the exit code of the program that was recorded. */
enum exit_code cmd_record(int argc, char **argv);
enum exit_code cmd_symbolize(int argc, char **argv);
enum exit_code cmd_export(int argc, char **argv);
enum exit_code cmd_tail(int argc, char **argv);
enum exit_code cmd_recover(int argc, char **argv);
enum exit_code cmd_compact(int argc, char **argv);
enum exit_code cmd_merge(int argc, char **argv);

/* Prints a command's help (NULL: of vtc itself) on standard output. */
enum exit_code help_print(const char *command);

/* Runs `run` for each operand ("-" where there is none), all of them whatever happens to one.
 * The code is that of the first that failed. */
enum exit_code for_each_file(const struct options *options,
                             enum exit_code (*run)(const struct options *options,
                                                   const char *path));

#endif
