#!/usr/bin/env bash
# tests/pipelines/pipelines.test.sh -- every pipeline of pipelines/ is valid and runs in a smoke form, the quick ones whole; the
# one in README.md is valid; the JSON Schema is fresh; the paper's tables fit.
set -euo pipefail
weir=$WEIR_BIN_DIR/weir
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# What makes each pipeline short. A pipeline that has no line there fails the test.
declare -A smoke
while read -r name form settings; do
  settings=${settings#whole}
  if [[ $form == smoke ]]; then smoke[$name]=${settings//@FACES@/$out}; fi
done < <(grep -v '^#' "$WEIR_SOURCE_DIR/tests/pipelines/forms.txt")

# Faces in CelebA's own layout: 178 x 218 pixels, with the list of its parts; six of eight are for training.
python3 - "$out" <<'PYTHON'
import pathlib, random, struct, sys, zlib
folder = pathlib.Path(sys.argv[1])
(folder / "img_align_celeba").mkdir()
def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
lines = []
for i in range(1, 9):
    rows = b"".join(b"\0" + random.Random(218 * i + y).randbytes(3 * 178) for y in range(218))
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 178, 218, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    (folder / "img_align_celeba" / f"{i:06}.jpg").write_bytes(png)   # read by what it holds, whatever it is called
    lines.append(f"{i:06}.jpg {0 if i <= 6 else i - 6}\n")
(folder / "list_eval_partition.txt").write_text("".join(lines))
PYTHON

"$weir" schema >"$out/schema.json"
cmp "$out/schema.json" "$WEIR_SOURCE_DIR/schemas/pipeline.schema.json" || {
  echo "schemas/pipeline.schema.json is out of date: weir schema -o schemas/pipeline.schema.json"
  exit 1
}

sed -n '/^```yaml$/,/^```$/p' "$WEIR_SOURCE_DIR/README.md" | sed '/^```/d' >"$out/readme.yaml"
[[ -s $out/readme.yaml ]]
"$weir" validate "$out/readme.yaml"

for file in "$WEIR_SOURCE_DIR"/pipelines/*.yaml "$WEIR_SOURCE_DIR"/pipelines/paper/*.yaml "$WEIR_SOURCE_DIR"/pipelines/related/*.yaml; do
  name=$(basename "$file" .yaml)
  "$weir" validate "$file"
  status=0 before=$SECONDS
  settings=()
  for setting in ${smoke[$name]}; do settings+=(--set "$setting"); done
  "$weir" run "$file" "${settings[@]}" -o "$out/$name" --jobs 2 --progress none >"$out/$name.log" 2>&1 || status=$?
  # 1 is an expectation that a short run does not meet; everything else is a fault. What runs whole meets its own.
  if ((status > 1)) || [[ $status == 1 && -z ${smoke[$name]} ]]; then
    cat "$out/$name.log"
    exit 1
  fi
  echo "$name: ran in $((SECONDS - before)) s, exit $status"
done

# One of each family: whole, and their verdicts hold.
for file in "$WEIR_SOURCE_DIR"/pipelines/gallery/*.yaml; do
  name=$(basename "$file" .yaml)
  before=$SECONDS
  "$weir" run "$file" -o "$out/gallery_$name" --jobs 2 --progress none >"$out/$name.log" 2>&1 || { cat "$out/$name.log"; exit 1; }
  echo "gallery/$name: ran in $((SECONDS - before)) s"
done

# The paper's tables fit the pipelines' axes and quantities, in the report and in the study.
python=${WEIR_PYTHON:-/usr/bin/python3}
if "$python" -c 'import h5py, matplotlib, jinja2' 2>/dev/null; then
  for table in "$WEIR_SOURCE_DIR"/pipelines/paper/reference/*.csv; do
    name=$(basename "$table" .csv)
    "$weir" report "$out/$name" --reference "$table" -o "$out/$name.html" >"$out/report.log" 2>&1 || { cat "$out/report.log"; exit 1; }
    "$python" -B "$WEIR_SOURCE_DIR/tools/study.py" "$WEIR_SOURCE_DIR/pipelines/paper" "$out/$name" >"$out/study.md"
    rows=$(($(wc -l <"$table") - 1))
    found=$(sed -n '/ quantity | /,/^$/p' "$out/study.md" | grep -c '^| *[a-z0-9]')
    if ((found != rows + 1)); then echo "$name: $found rows beside the paper's $rows"; cat "$out/study.md"; exit 1; fi
  done
fi

# The closed forms do not depend on how short a run is.
for line in "at_pair_exact.total at most 1e-20 (sigma = 0, angle = 150 deg)" "exact.total equals 114.2 within 0.005 (dim = 4"; do
  grep -F -- "+ $line" "$out"/figure4.log "$out"/figure5.log >/dev/null || { echo "not met: $line"; exit 1; }
done
