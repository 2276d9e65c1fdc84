// play_script STAGEPASS FAKE_TARGET SCRIPT: plays one script test; see stage.hpp for its words.
#include "stage.hpp"

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
  if (argc != 4) {
    return 2;
  }
  try {
    stagepass::tests::Stage stage({argv[1], argv[2]});
    stage.play(stagepass::tests::read_script(argv[3]));
  } catch (const std::exception& broken) {
    static_cast<void>(std::fprintf(stderr, "%s: %s\n", argv[3], broken.what()));
    return 1;
  }
  return 0;
}
