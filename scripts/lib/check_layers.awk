# Prints every #include that points against the arrows of layers.txt (the first file read).
# A header of include/stagepass/<layer>/ is public, one of src/<layer>/ is private to its layer.

FNR == NR {
  if (/^#/ || NF < 2) next
  layers[$1] = 1
  count = split($2, names, ",")
  for (i = 1; i <= count; i++) may_know[$1, names[i]] = 1
  for (i = 3; i <= NF; i++) may_use[$1, $i] = 1
  next
}

!/^#include/ { next }

{
  split(FILENAME, path, "/")
  layer = path[1] == "include" ? path[3] : path[2]
  name = $2
  gsub(/[<>"]/, "", name)
  split(name, part, /[\/.]/)
}

name ~ /^stagepass\// {
  if (!((layer, part[2]) in may_know)) report("must not know " part[2] ": " name)
  next
}

$2 ~ /^"/ || (part[1] in layers) {
  # The program answers ssh's question for a password before anything else: the one exception.
  if (layer == "cli" && name == "targets/askpass.hpp") next
  if ((part[1] in layers) && part[1] != layer)
    report("includes a private header of " part[1] ": " name)
  next
}

part[1] ~ /^(tl|fmt|nlohmann|CLI|catch2|sodium|sqlite3|curl|toml\+\+)$/ && !((layer, part[1]) in may_use) {
  report("must not use " part[1])
}

function report(what) { print FILENAME ":" FNR ": " layer " " what }
