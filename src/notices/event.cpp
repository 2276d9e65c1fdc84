#include "notices/event.hpp"

namespace stagepass::notices {

Event sample_event(std::string id, Timestamp at) {
  return {.id = std::move(id),
          .kind = "test",
          .at = at,
          .headline = "a test of the notices",
          .text = "This is a test of the notices of a stagepass vault. Nothing has happened."};
}

}  // namespace stagepass::notices
