# Reads headers, and prints each type whose name another header of the same module has taken before.
FNR == 1 {
  module = FILENAME
  sub(/^(include\/stagepass|src)\//, "", module)
  sub(/\/.*/, "", module)
}

/^(class|struct|enum class) / && !/;$/ {
  name = $1 == "enum" ? $3 : $2
  sub(/:$/, "", name)
  key = module "::" name
  if (key in place) print FILENAME ": " name " is also in " place[key]
  place[key] = FILENAME
}
