#include "targets/remote/target_program.hpp"

int main(int argc, char** argv) {
  return stagepass::targets::run_target_program(argc, argv);
}
