#include "targets/askpass.hpp"

// What the real program's main does first, alone: ssh calls it to be given the password.
int main() {
  return stagepass::targets::is_askpass_call() ? stagepass::targets::answer_askpass() : 1;
}
