// SPDX-License-Identifier: Apache-2.0
// Entry point of the program `tidemark`: options in, exit code out.
#include <CLI/CLI.hpp>

int main(int argc, char** argv) {
  CLI::App app{"Streams and batches with the same Flink SQL", "tidemark"};
  app.set_version_flag("--version", "tidemark " TIDEMARK_VERSION);
  app.require_subcommand(0, 1);
  CLI11_PARSE(app, argc, argv);
  if (app.get_subcommands().empty()) std::cout << app.help();
  return 0;
}
