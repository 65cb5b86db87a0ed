# tools/torture/look.py -- reads records in a process of its own: HDF5 may hang or crash on a damaged one.
#
# A process that answers lines of JSON, and `Look`, which asks it with a limit. It reads by h5py alone, as a stranger would.
import json
import pathlib
import select
import subprocess
import sys

import h5py
import numpy

INTERNAL = {"REFERENCE_LIST", "DIMENSION_LIST"}   # addresses in the file
IGNORED = ("/provenance/", "/status", "/message", "/heartbeat", "/committed")   # differ between runs by their nature


def opened(path):
    try:
        return h5py.File(path, "r", swmr=True, locking=False)
    except OSError:
        return h5py.File(path, "r", locking=False)


def paths(file):
    """Every dataset of a sound file."""
    found = []
    file.visititems(lambda name, item: found.append("/" + name) if isinstance(item, h5py.Dataset) else None)
    return found


def is_trace(file, path):
    return path.endswith("/value") and path[:-len("value")] + "value_crc" in file


def uncommitted(file):
    """Tensors of which /committed says that they are not written: what lies there is nobody's."""
    declared = json.loads(bytes(file["schema"][()]))["datasets"]
    slot = max(file["committed"][()], key=lambda slot: slot[-1][0])
    return {each["path"] for each, (rows, *_) in zip(declared, slot) if not each["trace"] and not rows}


class Whole:
    """What a sound record holds, kept between questions."""

    def __init__(self, path):
        self.values, self.attributes, self.traces = {}, {}, []
        with opened(path) as file:
            self.nothing = uncommitted(file)
            for name in paths(file):
                if name in self.nothing:
                    continue
                self.values[name] = file[name][()]
                self.attributes[name] = attributes(file[name])
                if is_trace(file, name):
                    self.traces.append(name[:-len("/value")])


def attributes(item):
    values = {name: numpy.asarray(value) for name, value in item.attrs.items() if name not in INTERNAL}
    return {name: repr(value.tolist()) if value.dtype.hasobject else (value.dtype.str, value.tobytes()) for name, value in values.items()}


def same(one, other):
    one, other = numpy.asarray(one), numpy.asarray(other)
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()


def rows(path, whole):
    """What a record shows of each trace, and which of these rows are not those of the whole record."""
    wrong, shown, unreadable = [], {}, {}
    with opened(path) as file:
        beat = [int(each) for each in file["heartbeat"][()]]
        status = bytes(numpy.asarray(file["status"][()]).tobytes()).rstrip(b"\0").decode("ascii", "replace")
        for trace in whole.traces:
            try:
                value, step = file[trace + "/value"], file[trace + "/step"]
                count = min(len(value), len(step))
                shown[trace] = count
                pairs = [(value[:count], whole.values[trace + "/value"]), (step[:count], whole.values[trace + "/step"])]
                if all(same(found, right[:count]) for found, right in pairs):
                    continue
                bad = [i for i in range(count) if any(i >= len(right) or not same(found[i], right[i]) for found, right in pairs)]
                shows = "step {1}, {0}".format(*(str(found[bad[0]])[:60] for found, _ in pairs))
                wrong.append({"rows": len(bad), "what": f"{trace}: {len(bad)} of {count} rows, the first is {bad[0]}: {shows}"})
            except (OSError, RuntimeError, KeyError, ValueError) as error:
                unreadable[trace] = str(error)
    return {"status": status, "beat": beat, "rows": shown, "wrong": wrong, "unreadable": unreadable}


def differences(path, whole, everything):
    """The datasets that are not as in the whole record; with `everything` those that differ between runs as well."""
    differ = []
    with opened(path) as file:
        for name, value in whole.values.items():
            if not everything and name.startswith(IGNORED):
                continue
            try:
                if not same(file[name][()], value):
                    differ.append(name)
                elif attributes(file[name]) != whole.attributes[name]:
                    differ.append(name + " (attributes)")
            except (OSError, RuntimeError, KeyError, ValueError) as error:
                differ.append(f"{name} (unreadable: {str(error):.80})")
        if not everything:
            differ += [f"{name} (only here)" for name in paths(file) if name not in whole.values and name not in whole.nothing]
    return {"differ": differ}


def by_name(path):
    """Everything that Python's `weir` gives of it; only its own errors are an answer."""
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
    import weir
    try:
        with weir.open(path) as record:
            seen = [record.status, record.provenance, record.pipeline, *(record[output] for output in record.outputs)]
        return {"seen": len(seen)}
    except weir.WeirError as error:
        return {"refused": str(error)}


def offsets(path):
    """Where the raw data lie, for damage that is aimed."""
    found = []
    with opened(path) as file:
        for name in paths(file):
            dataset = file[name]
            if dataset.id.get_offset() is not None:
                found.append([name, dataset.id.get_offset(), dataset.id.get_storage_size()])
            elif dataset.chunks:
                found += [[name, chunk.byte_offset, chunk.size] for chunk in
                          (dataset.id.get_chunk_info(i) for i in range(dataset.id.get_num_chunks()))]
    return {"offsets": found}


def serve():
    wholes = {}
    for line in sys.stdin:
        question = json.loads(line)
        try:
            whole = question.get("whole")
            if whole and whole not in wholes:
                wholes[whole] = Whole(whole)
            match question["do"]:
                case "rows":
                    answer = rows(question["file"], wholes[whole])
                case "differences":
                    answer = differences(question["file"], wholes[whole], question["everything"])
                case "weir":
                    answer = by_name(question["file"])
                case "offsets":
                    answer = offsets(question["file"])
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


class Look:
    """Asks; what does not answer within the limit is ended, and its answer is {"hung": True}."""

    def __init__(self, limit):
        self.limit, self.server = limit, None

    def ask(self, **question):
        if self.server is None:
            self.server = subprocess.Popen([sys.executable, "-B", str(pathlib.Path(__file__).resolve())], stdin=subprocess.PIPE,
                                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            started = 10     # h5py's own start is not a record's fault
        else:
            started = 0
        try:
            self.server.stdin.write(json.dumps(question) + "\n")
            self.server.stdin.flush()
            ready, _, _ = select.select([self.server.stdout], [], [], self.limit + started)
            line = self.server.stdout.readline() if ready else ""
        except OSError:
            ready, line = True, ""
        if line:
            return json.loads(line)
        self.close()
        return {"error": "the reader died" if ready else f"the reader did not answer within {self.limit} s", "hung": not ready}

    def close(self):
        if self.server is not None:
            self.server.kill()
            self.server.wait()
            self.server.stdin.close()
            self.server.stdout.close()
            self.server = None


if __name__ == "__main__":
    serve()
