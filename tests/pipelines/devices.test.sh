#!/usr/bin/env bash
# tests/pipelines/devices.test.sh -- devices.yaml gives the same numbers in float32 and float64, and on a CUDA device if there
# is one: 1e-9 of the CPU's float64 in float64, 2e-3 in float32; drawn points on a CUDA device are the CPU's to the bit.
set -euo pipefail
python=${WEIR_PYTHON:-/usr/bin/python3}
"$python" -c 'import h5py' 2>/dev/null || { echo "h5py is not installed"; exit 77; }
weir=$WEIR_BIN_DIR/weir
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cd "$WEIR_SOURCE_DIR/tests/pipelines"

run() { "$weir" run "$@" --progress none >"$out/log" 2>&1 || { cat "$out/log"; exit 1; }; }

run devices_made.yaml --device cpu --set dtype=float64 -o "$out/made.h5"
devices=(cpu)
status=0
"$weir" plan devices_made.yaml --sizes --device cuda >"$out/log" 2>&1 || status=$?
if ((status == 0)); then devices+=(cuda); else grep -q 'is not available' "$out/log" || { cat "$out/log"; exit 1; }; fi
for device in "${devices[@]}"; do
  for dtype in float64 float32; do
    run devices.yaml --set vars.made="$out/made.h5" --device "$device" --set "dtype=$dtype" -o "$out/$device-$dtype.h5"
  done
done

"$python" - "$out" "${devices[@]}" <<'PYTHON'
import pathlib, sys
import h5py, numpy

folder, devices = pathlib.Path(sys.argv[1]), sys.argv[2:]
SAME = "euler heun rk4 saved rematched recall mmd w2 energy frechet entropic told balls near straight measured measured_exact crossing distance drawn".split()
NOT = ("id", "permutation", "time", "_n", "_error")   # numbers of rows, and round-off itself

def datasets(record, node):
    found = {}
    record[f"nodes/{node}"].visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) and item.dtype.kind == "f" else None)
    return {name: value for name, value in found.items() if not name.endswith(NOT)}

faults = checked = 0
reference = h5py.File(folder / "cpu-float64.h5")
for device in devices:
    for dtype, tolerance in ("float64", 1e-9), ("float32", 2e-3):
        record = h5py.File(folder / f"{device}-{dtype}.h5")
        for node in SAME:
            for name, expected in datasets(reference, node).items():
                found = record[f"nodes/{node}/{name}"][()]
                if name == "gap" or name.endswith("_gap"):
                    error = abs(found) / (tolerance * reference["nodes/rematched/cost"][()])
                else:
                    error = numpy.abs(found - expected).max() / (tolerance * (numpy.abs(expected).max() or 1))
                checked += 1
                if not error <= 1:
                    faults += 1
                    print(f"{device} {dtype}: {node}.{name} differs by {error:.3g} times its tolerance")
        for end in "x0", "x1":
            on_cpu = h5py.File(folder / f"cpu-{dtype}.h5")[f"nodes/drawn/{end}"][()]
            if not numpy.array_equal(record[f"nodes/drawn/{end}"][()], on_cpu):
                faults += 1
                print(f"{device} {dtype}: drawn.{end} has other bits than on the CPU")
print(f"{checked} outputs on {', '.join(devices)}: {faults} differ")
sys.exit(faults > 0 or checked < 50)
PYTHON
