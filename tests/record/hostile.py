# tests/record/hostile.py -- HDF5 files of strangers: odd, damaged, made to harm. `tables` and `records` write them into a folder.
#
# Each generator yields (name, path). Of tables the dataset in question is /x; records are copies of one that `weir run` wrote, with
# one thing changed.
import os
import pathlib
import random
import shutil
import socket
import struct
import zlib

import h5py
import numpy as np

SEED = 6


def types(f):
    """Name -> what makes /x of that type."""
    enumeration = lambda base: h5py.enum_dtype({"RED": 0, "BLUE": 1}, base)
    return {
        "enum8": lambda: f.create_dataset("x", (4, 2), enumeration("i1")),
        "enum32": lambda: f.create_dataset("x", (4, 2), enumeration("i4")),
        "enum64": lambda: f.create_dataset("x", (4, 2), enumeration("u8")),
        "booleans": lambda: f.create_dataset("x", data=np.ones((4, 2), bool)),
        "compound": lambda: f.create_dataset("x", data=np.zeros(4, [("a", "f8"), ("b", "i4")])),
        "complex": lambda: f.create_dataset("x", data=np.zeros(4, complex)),
        "vlen": lambda: f.create_dataset("x", (4,), h5py.vlen_dtype("f8")),
        "texts": lambda: f.create_dataset("x", data=["a", "b"]),
        "bytes": lambda: f.create_dataset("x", data=np.array([b"a", b"bc"])),
        "opaque": lambda: f.create_dataset("x", data=np.zeros(3, "V8")),
        "array_type": lambda: f.create_dataset("x", (4,), np.dtype(("f8", (3,)))),
        "reference": lambda: f.create_dataset("x", data=[f.ref, f.ref], dtype=h5py.ref_dtype),
        "float16": lambda: f.create_dataset("x", data=np.ones((4, 2), "f2")),
        "float128": lambda: f.create_dataset("x", data=np.ones((4, 2), np.longdouble)),
        "uint64": lambda: f.create_dataset("x", data=np.full((4, 2), 2**64 - 1, "u8")),
        "big_endian": lambda: f.create_dataset("x", data=np.ones((4, 2), ">f4")),
        "named_type": lambda: f.__setitem__("x", np.dtype("f8")),
        "no_shape": lambda: f.create_dataset("x", data=h5py.Empty("f8")),
        "scalar": lambda: f.create_dataset("x", data=1.0),
        "no_rows": lambda: f.create_dataset("x", (0, 3)),
        "no_columns": lambda: f.create_dataset("x", (3, 0)),
        "nan": lambda: f.create_dataset("x", data=[[0, 1], [np.nan, 2]]),
        "infinity": lambda: f.create_dataset("x", data=[[0, 1], [3, -np.inf]]),
    }


def never_written(shape, chunks=None, dtype="f8"):
    """/x of which nothing is stored; low level, since h5py would allocate."""
    def write(f):
        space = h5py.h5s.create_simple(shape, tuple(h5py.h5s.UNLIMITED for _ in shape) if chunks else None)
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        if chunks:
            properties.set_chunk(chunks)
        h5py.h5d.create(f.id, b"x", h5py.h5t.py_create(np.dtype(dtype)), space, properties)
    return write


def one_chunk_of_many(f):
    x = f.create_dataset("x", (2700, 1000, 1000), "f8", chunks=(1, 256, 256))
    x[0, :256, :256] = 1.0


def bomb(f):
    """A chunk that holds 64 kB and unpacks to 500 MB."""
    x = f.create_dataset("x", (8192,), "f8", chunks=(8192,), compression="gzip")
    x.id.write_direct_chunk((0,), zlib.compress(bytes(500_000_000), 9))


def twice_deflated(f):
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_chunk((1000,))
    properties.set_deflate(9)
    properties.set_deflate(9)
    h5py.h5d.create(f.id, b"x", h5py.h5t.NATIVE_DOUBLE, h5py.h5s.create_simple((1000,)), properties)
    f["x"][:] = 1.0


def circle(f):
    b = f.create_group("a/b")
    b["up"] = f["a"]
    f["a/b/root"] = f["/"]
    f["x"] = f["a"]


def diamond(f):
    """2^40 ways through 40 groups."""
    group = f
    for level in range(40):
        below = group.create_group("one")
        group["other"] = below
        group = below
    group["x"] = [1.0, 2.0]


def deep(f):
    group = f
    for level in range(3000):
        group = group.create_group("g")


def virtual(source):
    def write(f):
        layout = h5py.VirtualLayout((4, 2), "f8")
        layout[:] = h5py.VirtualSource(str(source), "x", (4, 2))
        f.create_virtual_dataset("x", layout)
    return write


def growing_virtual(source):
    def write(f):
        layout = h5py.VirtualLayout((4, 2), "f8", maxshape=(None, 2))
        whole = h5py.VirtualSource(str(source), "x", (4, 2), maxshape=(None, 2))
        layout[:h5py.h5s.UNLIMITED] = whole[:h5py.h5s.UNLIMITED]
        f.create_virtual_dataset("x", layout)
    return write


def odd_attributes(f):
    x = f.create_dataset("x", data=np.ones((3, 2)))
    x.attrs["units"] = np.zeros((100, 10), "f8")
    x.attrs["long_name"] = "\x1b[31mred\x07"
    f.create_dataset("\x1b]0;title\x07", data=np.ones(2))


def many_attributes(f):
    x = f.create_dataset("x", data=np.ones((3, 2)))
    for i in range(2000):
        x.attrs[f"a{i}"] = "much" * 100


def file_of(folder, name, write, **options):
    path = folder / f"{name}.h5"
    with h5py.File(path, "w", **options) as f:
        write(f)
    return path


def tables(folder):
    """Any file that a user or a stranger may name."""
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    (folder / "folder").mkdir()
    (folder / "empty.h5").write_bytes(b"")
    (folder / "text.h5").write_text("x, y\n1, 2\n")
    (folder / "signature.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(500))
    noise = random.Random(SEED)
    (folder / "noise.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + noise.randbytes(5000))
    for name in ("pipe", "folder", "empty.h5", "text.h5", "signature.h5", "noise.h5"):
        yield name, folder / name
    yield "device", pathlib.Path("/dev/zero")
    with socket.socket(socket.AF_UNIX) as server:
        here = os.getcwd()
        os.chdir(folder)      # such names are short
        server.bind("socket")
        os.chdir(here)
    yield "socket", folder / "socket"

    with h5py.File(folder / "none.h5", "w") as f:
        names = list(types(f))
    for name in names:
        yield name, file_of(folder, name, lambda f: types(f)[name]())
    good = file_of(folder, "good", lambda f: f.create_dataset("x", data=np.arange(800.0).reshape(400, 2)))
    made = {
        "huge": never_written((2**40, 2), (1024, 2)),
        "overflow": never_written((2**61 + 1,), (1024,)),
        "overflow_to_zero": never_written((2**32, 2**32), (1024, 1024)),
        "huge_contiguous": never_written((2**33,)),
        "huge_chunk": never_written((2**28,), (2**28,), "u1"),
        "one_chunk_of_many": one_chunk_of_many,
        "bomb": bomb,
        "twice_deflated": twice_deflated,
        "lzf": lambda f: f.create_dataset("x", data=np.ones((40, 2)), compression="lzf"),
        "scale_offset": lambda f: f.create_dataset("x", data=np.ones((40, 2), "i4"), scaleoffset=4),
        "gzip": lambda f: f.create_dataset("x", data=np.arange(80.0).reshape(40, 2), compression="gzip", shuffle=True, fletcher32=True),
        "circle": circle, "diamond": diamond, "deep": deep,
        "soft": lambda f: f.__setitem__("x", h5py.SoftLink("/x")),
        "soft_to_soft": lambda f: (f.__setitem__("x", h5py.SoftLink("/y")), f.__setitem__("y", h5py.SoftLink("/x"))),
        "external_link": lambda f: f.__setitem__("x", h5py.ExternalLink(str(good), "x")),
        "external_pipe": lambda f: f.__setitem__("x", h5py.ExternalLink(str(pipe), "x")),
        "external_way": lambda f: f.__setitem__("x", h5py.ExternalLink(str(pipe), "/")),
        "external_storage": lambda f: f.create_dataset("x", (4, 2), "f8", external=[(str(pipe), 0, h5py.h5f.UNLIMITED)]),
        "external_passwd": lambda f: f.create_dataset("x", (64,), "u1", external=[("/etc/passwd", 0, 64)]),
        "virtual": virtual(good), "virtual_pipe": virtual(pipe), "growing_virtual_pipe": growing_virtual(pipe),
        "odd_attributes": odd_attributes, "many_attributes": many_attributes,
    }
    for name, write in made.items():
        yield name, file_of(folder, name, write)
    newest = file_of(folder, "newest", lambda f: (f.create_dataset("x", data=np.arange(800.0).reshape(400, 2)),
                                                  [f.create_dataset(f"g/d{i}", data=i) for i in range(40)]), libver="latest")
    yield "good", good
    yield "newest", newest
    yield from damaged(folder, good, "good", 8, 24)
    yield from damaged(folder, newest, "newest", 8, 24)


def replaced(f, path, **new):
    if path in f:
        del f[path]
    if new:
        f.create_dataset(path, **new)


def json_edit(path, old, new):
    """The text of a dataset with another part."""
    def write(f):
        text = f[path][:].tobytes()
        assert old in text, (path, old)
        replaced(f, path, data=np.frombuffer(text.replace(old, new), "u1"))
    return write


def text(path, words):
    return lambda f: replaced(f, path, data=np.frombuffer(words, "u1"))


def linked(path, link):
    def write(f):
        replaced(f, path)
        f[path] = link
    return write


def as_enumeration(f):
    value = f["nodes/train/loss/value"][:]
    replaced(f, "nodes/train/loss/value", shape=value.shape, dtype=h5py.enum_dtype({"A": 0}, "u8"))


def attribute(name, value):
    def write(f):
        del f.attrs[name]
        if value is not None:
            f.attrs[name] = value
    return write


def edits(pipe):
    """Name -> what is done to a record."""
    heart = lambda **new: lambda f: replaced(f, "heartbeat", **new)
    return {
        "heartbeat_gone": heart(), "heartbeat_empty": heart(data=np.zeros(0, "i8")), "heartbeat_short": heart(data=np.zeros(2, "i8")),
        "heartbeat_scalar": heart(data=3), "heartbeat_small": heart(data=np.zeros(4, "i1")), "heartbeat_float": heart(data=np.zeros(4)),
        "heartbeat_text": heart(data=b"now"), "heartbeat_enum": heart(shape=(4,), dtype=h5py.enum_dtype({"A": 0}, "i8")),
        "heartbeat_huge": heart(data=np.full(4, 2**62)), "heartbeat_group": lambda f: (replaced(f, "heartbeat"), f.create_group("heartbeat")),
        "heartbeat_soft": linked("heartbeat", h5py.SoftLink("/heartbeat")), "heartbeat_pipe": linked("heartbeat", h5py.ExternalLink(str(pipe), "/x")),
        "status_gone": lambda f: replaced(f, "status"), "status_number": lambda f: replaced(f, "status", data=3.0),
        "status_strange": lambda f: replaced(f, "status", data=b"\x1b[31mfine"), "status_texts": lambda f: replaced(f, "status", data=["finished"] * 3),
        "message_gone": lambda f: replaced(f, "message"), "message_long": lambda f: replaced(f, "message", data=b"m" * 60000),
        "schema_gone": lambda f: replaced(f, "schema"), "schema_empty": text("schema", b""), "schema_no_json": text("schema", b"{nodes"),
        "schema_list": text("schema", b"[]"), "schema_number": text("schema", b"3"), "schema_null": text("schema", b"null"),
        "schema_without_nodes": text("schema", b"{\"datasets\": []}"), "schema_of_numbers": text("schema", b"{\"nodes\": [1], \"datasets\": [2]}"),
        "schema_of_maps": text("schema", b"{\"nodes\": {}, \"datasets\": {}}"), "schema_deep": text("schema", b"[" * 200000),
        "schema_deep_part": json_edit("schema", b"\"params\":{", b"\"params\":{\"a\":" + b"[" * 900 + b"]" * 900 + b","),
        "schema_floats": lambda f: replaced(f, "schema", data=np.ones(3)), "schema_vlen": lambda f: replaced(f, "schema", data="{}"),
        "schema_path_number": json_edit("schema", b"\"path\":\"/nodes/flow/end\"", b"\"path\":3"),
        "schema_path_root": json_edit("schema", b"\"path\":\"/nodes/flow/end\"", b"\"path\":\"/\""),
        "schema_path_empty": json_edit("schema", b"\"path\":\"/nodes/flow/end\"", b"\"path\":\"\""),
        "schema_path_elsewhere": json_edit("schema", b"\"path\":\"/nodes/flow/end\"", b"\"path\":\"/nodes/nowhere\""),
        "schema_path_status": json_edit("schema", b"\"path\":\"/nodes/flow/end\"", b"\"path\":\"/status\""),
        "schema_path_twice": json_edit("schema", b"\"path\":\"/nodes/flow/end\"", b"\"path\":\"/nodes/train/loss/value\""),
        "schema_trace": json_edit("schema", b"\"trace\":false", b"\"trace\":true"), "schema_no_trace": json_edit("schema", b"\"trace\":true", b"\"trace\":false"),
        "schema_trace_text": json_edit("schema", b"\"trace\":true", b"\"trace\":\"yes\""), "schema_axes": json_edit("schema", b"\"axes\":[", b"\"axes\":[3,"),
        "schema_axes_gone": json_edit("schema", b"\"axes\":", b"\"sexa\":"), "schema_params": json_edit("schema", b"\"params\":{", b"\"params\":3,\"x\":{"),
        "schema_line": json_edit("schema", b"\"yaml_line\":", b"\"yaml_line\":\"a\",\"x\":"), "schema_unit": json_edit("schema", b"\"unit\":\"", b"\"unit\":3,\"x\":\""),
        "schema_escape": json_edit("schema", b"\"unit\":\"1\"", b"\"unit\":\"\\u001b[31m\""),
        "pipeline_gone": lambda f: replaced(f, "pipeline"), "resolved_gone": lambda f: replaced(f, "pipeline/resolved"),
        "resolved_empty": text("pipeline/resolved", b""), "resolved_rubbish": text("pipeline/resolved", b"nodes: [a, {b: }"),
        "resolved_json_gone": lambda f: replaced(f, "pipeline/resolved_json"), "resolved_json_list": text("pipeline/resolved_json", b"[]"),
        "resolved_json_empty": text("pipeline/resolved_json", b"{}"), "resolved_json_nodes": text("pipeline/resolved_json", b"{\"nodes\": [3]}"),
        "resolved_json_files": text("pipeline/resolved_json", b"{\"nodes\": {}, \"files\": {\"a\": 3}}"), "resolved_json_deep": text("pipeline/resolved_json", b"[" * 100000),
        "source_gone": lambda f: replaced(f, "pipeline/source"), "source_vlen": lambda f: replaced(f, "pipeline/source", data="x"),
        "provenance_gone": lambda f: replaced(f, "provenance"), "provenance_number": lambda f: replaced(f, "provenance", data=1),
        "plugins_gone": lambda f: replaced(f, "provenance/plugins"), "plugins_short": lambda f: replaced(f, "provenance/plugins/version", data=np.array([b"1"])),
        "plugins_numbers": lambda f: replaced(f, "provenance/plugins/name", data=np.arange(3.0)), "plugins_scalar": lambda f: replaced(f, "provenance/plugins/name", data=b"a"),
        "libraries_gone": lambda f: replaced(f, "provenance/libraries"), "attempts_gone": lambda f: replaced(f, "provenance/attempts"),
        "attempts_number": lambda f: replaced(f, "provenance/attempts/start", data=1), "command_number": lambda f: replaced(f, "provenance/command", data=1.0),
        "format_gone": attribute("weir_format", None), "format_next": attribute("weir_format", "9.0"), "format_number": attribute("weir_format", 3),
        "format_list": attribute("weir_format", [1, 2]), "name_number": attribute("name", 3.5), "created_gone": attribute("created", None),
        "value_gone": lambda f: replaced(f, "nodes/train/loss/value"), "value_scalar": lambda f: replaced(f, "nodes/train/loss/value", data=1.0),
        "value_plane": lambda f: replaced(f, "nodes/train/loss/value", data=np.ones((3, 2))), "value_text": lambda f: replaced(f, "nodes/train/loss/value", data=b"1"),
        "value_enum": as_enumeration, "value_group": lambda f: (replaced(f, "nodes/train/loss/value"), f.create_group("nodes/train/loss/value")),
        "value_endless": lambda f: f["nodes/train/loss/value"].resize((2**40,)), "step_gone": lambda f: replaced(f, "nodes/train/loss/step"),
        "step_scalar": lambda f: replaced(f, "nodes/train/loss/step", data=1), "step_short": lambda f: f["nodes/train/loss/step"].resize((3,)),
        "step_float": lambda f: replaced(f, "nodes/train/loss/step", data=np.ones(5)), "step_endless": lambda f: f["nodes/train/loss/step"].resize((2**40,)),
        "both_endless": lambda f: [f[f"nodes/train/loss/{part}"].resize((2**40,)) for part in ("value", "step")],
        "crc_float": lambda f: replaced(f, "nodes/train/loss/value_crc", data=np.ones(2)), "crc_scalar": lambda f: replaced(f, "nodes/train/loss/value_crc", data=1),
        "end_gone": lambda f: replaced(f, "nodes/flow/end"), "end_other_shape": lambda f: replaced(f, "nodes/flow/end", data=np.ones((3, 7))),
        "end_ints": lambda f: replaced(f, "nodes/flow/end", data=np.ones((16, 2), "i4")), "end_soft": linked("nodes/flow/end", h5py.SoftLink("/nodes/flow/start")),
        "nodes_gone": lambda f: replaced(f, "nodes"), "nodes_circle": lambda f: f["nodes"].__setitem__("again", f["nodes"]),
        "nodes_circle_trace": lambda f: f["nodes/train/loss"].__setitem__("up", f["nodes/train"]), "nodes_diamond": lambda f: diamond(f.create_group("nodes/zz")),
        "nodes_soft": linked("nodes", h5py.SoftLink("/pipeline")), "scale_vlen": lambda f: f["nodes/train/loss/value"].attrs.__setitem__("long_name", [b"a", b"b"]),
        "units_number": lambda f: f["nodes/train/loss/value"].attrs.__setitem__("units", 3.0),
    }


def running(path):
    """The same record as if its writer had been killed: the marks of HDF5 in its superblock, with their checksum, and its status."""
    with h5py.File(path, "r+") as f:
        if {"status", "message"} <= set(f) and isinstance(f["status"], h5py.Dataset) and f["status"].dtype.kind == "S":
            f["status"][()] = b"running"
            f["message"][()] = b""
            for name in ("status", "message"):      # a run that goes on has no checksum of them
                if "crc32c" in f[name].attrs:
                    del f[name].attrs["crc32c"]
    content = bytearray(path.read_bytes())
    assert content[8] == 3, "a superblock of version 3 is expected"
    content[11] |= 5      # open for writing, by SWMR
    content[44:48] = struct.pack("<I", lookup3(bytes(content[:44])))
    path.write_bytes(content)


def lookup3(data):
    """HDF5's checksum of metadata: Bob Jenkins' hash of bytes, initial value 0."""
    rotate = lambda x, k: ((x << k) | (x >> (32 - k))) & 0xFFFFFFFF
    a = b = c = (0xDEADBEEF + len(data)) & 0xFFFFFFFF
    while len(data) > 12:
        words = struct.unpack("<3I", data[:12])
        a, b, c = ((x + y) & 0xFFFFFFFF for x, y in zip((a, b, c), words))
        for k in (4, 6, 8, 16, 19, 4):
            a = (a - c) & 0xFFFFFFFF ^ rotate(c, k)
            c = (c + b) & 0xFFFFFFFF
            a, b, c = b, c, a
        data = data[12:]
    if not data:
        return c
    words = struct.unpack("<3I", data.ljust(12, b"\0"))
    a, b, c = ((x + y) & 0xFFFFFFFF for x, y in zip((a, b, c), words))
    for k in (14, 11, 25, 16, 4, 14, 24):
        c = ((c ^ b) - rotate(b, k)) & 0xFFFFFFFF
        a, b, c = b, c, a
    return b


def records(folder, record):
    pipe = folder / "pipe_of_records"
    os.mkfifo(pipe)
    for name, edit in edits(pipe).items():
        path = folder / f"{name}.h5"
        shutil.copy(record, path)
        with h5py.File(path, "r+", libver=("v110", "v110")) as f:
            edit(f)
        yield name, path
    killed = folder / "killed.h5"
    shutil.copy(record, killed)
    running(killed)
    yield "killed", killed
    yield from damaged(folder, record, "record", 12, 30)
    yield from damaged(folder, killed, "killed", 12, 30)


def damaged(folder, path, name, cuts, flips):
    """Truncated at many places, and with one byte changed at many."""
    content, rng = path.read_bytes(), random.Random(SEED)
    for i in range(cuts):
        cut = folder / f"{name}_cut{i}.h5"
        cut.write_bytes(content[:len(content) * (i + 1) // (cuts + 1)])
        yield cut.stem, cut
    metadata = [at for at in range(len(content)) if content[at]]      # where something is
    for i in range(flips):
        flipped, at = bytearray(content), rng.choice(metadata)
        flipped[at] ^= 1 << rng.randrange(8)
        other = folder / f"{name}_flip{i}.h5"
        other.write_bytes(flipped)
        yield other.stem, other
