# tests/cli/own_data.test.py -- files as users have them, read by Weir and by independent readers: equal, or refused with a sentence.
#
# Exit 77: Python lacks h5py, NumPy, pandas or Pillow (apt-get install --no-install-recommends python3-h5py python3-pandas python3-pil).
import importlib.util
import io
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib

missing = [name for name in ("h5py", "numpy", "pandas", "PIL") if importlib.util.find_spec(name) is None]
if missing:
    print(f"skipped: {sys.executable} lacks {', '.join(missing)}")
    sys.exit(77)
import h5py
import numpy as np
import pandas as pd
from PIL import Image, ImageOps

WEIR = pathlib.Path(os.environ["WEIR_BIN_DIR"]) / "weir"
draw = np.random.default_rng(5)
same, refused = {}, {}   # name -> (node, items[, labels]); name -> (node, sentence)


def weir(*words, cwd):
    return subprocess.run([WEIR, *map(str, words)], cwd=cwd, capture_output=True, text=True, timeout=300)


# --- arrays -------------------------------------------------------------------------------------------------------------------------


def write_safetensors(file, tensors):
    names = {"F32": "<f4", "F16": "<f2", "I64": "<i8", "U8": "u1", "BOOL": "?", "F64": "<f8"}
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, (dtype, values) in tensors.items():
        raw = values.astype(names[dtype]).tobytes() if dtype != "BF16" else (values.astype("<f4").view("<u4") >> 16).astype("<u2").tobytes()
        header[name] = {"dtype": dtype, "shape": list(values.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    pathlib.Path(file).write_bytes(struct.pack("<Q", len(text)) + text + data)


def array(file, **more):
    return {"plugin": "source/array", "file": str(file), **more}


def make_arrays(folder):
    x = draw.normal(size=(6, 3))
    for name, values in {
            "f8": x, "f4": x.astype("f4"), "f2": x.astype("f2"), "big_f8": x.astype(">f8"), "big_i4": (1000 * x).astype(">i4"),
            "fortran": np.asfortranarray(draw.normal(size=(6, 2, 4))), "big_fortran": np.asfortranarray(x.astype(">f4")),
            "u1": draw.integers(0, 256, (6, 4, 4, 3)).astype("u1"), "i1": draw.integers(-128, 128, 6).astype("i1"),
            "u2": draw.integers(0, 65536, (6, 2)).astype("u2"), "i8": draw.integers(-2**40, 2**40, (6, 2)),
            "u8": draw.integers(0, 2**50, (6, 2)).astype("u8"), "truth": x > 0, "vector": x[:, 0].copy(),
            "wide": draw.normal(size=(2, 70001))}.items():
        np.save(folder / f"{name}.npy", values)
        read = np.load(folder / f"{name}.npy").astype(np.float64)
        same[name] = (array(folder / f"{name}.npy"), read.reshape(len(read), 1) if read.ndim == 1 else read)
    same["first"] = (array(folder / "fortran.npy", limit=2), np.load(folder / "fortran.npy")[:2])
    with open(folder / "old.npy", "wb") as out:
        np.lib.format.write_array(out, x, version=(2, 0))
    same["version_2"] = (array(folder / "old.npy"), x)

    y = draw.integers(0, 4, 6)
    np.savez(folder / "stored.npz", x=x, y=y)
    np.savez_compressed(folder / "deflated.npz", x=x, y=y.astype("u1"))
    np.savez(folder / "one.npz", points=x)
    np.save(folder / "y.npy", y.astype("f8"))
    same["stored"] = (array(folder / "stored.npz", array="x", labels_array="y"), x, y)
    same["deflated"] = (array(folder / "deflated.npz", array="x", labels_array="y", classes=9), x, y)
    same["one"] = (array(folder / "one.npz", labels=str(folder / "y.npy")), x, y)
    write_safetensors(folder / "all.safetensors", {"w": ("F32", x), "half": ("F16", x), "brain": ("BF16", x), "flags": ("BOOL", x > 0), "y": ("I64", y)})
    same["safe"] = (array(folder / "all.safetensors", array="w", labels_array="y"), x.astype("f4").astype("f8"), y)
    same["safe_half"] = (array(folder / "all.safetensors", array="half"), x.astype("f2").astype("f8"))
    same["safe_brain"] = (array(folder / "all.safetensors", array="brain"), (x.astype("f4").view("u4") & 0xffff0000).view("f4").astype("f8"))
    same["safe_flags"] = (array(folder / "all.safetensors", array="flags"), (x > 0).astype("f8"))

    for name, values, sentence in (
            ("structured", np.zeros(3, [("a", "f8")]), "is a structured array: save each field by itself"),
            ("objects", np.array([[1], [1, 2]], object), "holds Python objects, that is a pickle"),
            ("complex", x + 1j, "holds complex numbers: numpy.stack([z.real, z.imag], -1)"),
            ("texts", np.array(["a", "b"]), "holds texts: numpy.unique"),
            ("dates", np.array(["2020-01-01"], "M8[D]"), "holds dates: (dates - dates[0])"),
            ("long_double", x.astype(np.longdouble), "holds numbers of 16 bytes: array.astype"),
            ("scalar", np.array(3.0), "is a single number"),
            ("empty", np.zeros((0, 3)), "is [0, 3]: without numbers"),
            ("nan", np.array([[1, 2], [3, np.nan]]), "is nan in row 1, column 1")):
        np.save(folder / f"{name}.npy", values, allow_pickle=True)
        refused[name] = (array(folder / f"{name}.npy"), sentence)
    whole = (folder / "f8.npy").read_bytes()
    for name, content, sentence in (
            ("cut.npy", whole[:-1], "is truncated: its header promises 144 bytes of numbers, it has 143"),
            ("head.npy", whole[:20], "ends within its header"),
            ("none.npy", b"", "is empty"),
            ("hdf5.npy", b"\x89HDF\r\n\x1a\n" + bytes(100), "is no .npy, .npz, .pt or .safetensors file"),
            ("zipped.npy.gz", zlib.compress(whole, wbits=31), "is compressed: unpack it with gunzip"),
            ("torch.pkl", b"\x80\x02}q\x00.", "is a pickle, which may run any program"),
            ("cut.npz", (folder / "stored.npz").read_bytes()[:-30], "is no whole archive"),
            ("flipped.npz", (folder / "stored.npz").read_bytes().replace(x.tobytes()[:8], bytes(8)), "is damaged: CRC error"),
            ("type.npz", (folder / "stored.npz").read_bytes().replace(b"'<f8'", b"'<f9'", 1), "is damaged: CRC error"),
            ("shape.npz", (folder / "stored.npz").read_bytes().replace(b"(6, 3)", b"(5, 3)", 1), "is damaged: CRC error"),
            ("cut.safetensors", (folder / "all.safetensors").read_bytes()[:-8], "is truncated: it ends at byte")):
        (folder / name).write_bytes(content)
        more = {"array": "x"} if name.endswith(".npz") else {"array": "y"} if name.endswith(".safetensors") else {}
        refused[name] = (array(folder / name, **more), sentence)
    refused["which"] = (array(folder / "stored.npz"), "holds 2 arrays: say which, of x, y")
    refused["no_such"] = (array(folder / "stored.npz", array="z"), "has no array 'z'; it has x, y")
    refused["nameless"] = (array(folder / "f8.npy", array="z"), "is one array, without a name: leave array: z out")
    refused["labels_by_row"] = (array(folder / "f8.npy", labels=str(folder / "f8.npy")), "is [6, 3], and a label is one number for each item")
    refused["labels_halves"] = (array(folder / "f8.npy", labels=str(folder / "vector.npy")), "labels are whole numbers from 0")
    refused["labels_few"] = (array(folder / "wide.npy", labels=str(folder / "y.npy")), "has 6 labels for 2 items")


def make_cells(folder):
    """AnnData's layout by h5py: dense, sparse by rows and by columns, older attributes; categorical and numeric labels."""
    x = draw.normal(size=(7, 5)) * (draw.random((7, 5)) < 0.4)
    codes, batch = draw.integers(0, 3, 7), draw.integers(0, 2, 7)

    def compressed(values):
        """indptr, indices and data of the rows."""
        rows = [np.flatnonzero(row) for row in values]
        return np.cumsum([0] + [len(row) for row in rows]), np.concatenate(rows), np.concatenate([line[row] for line, row in zip(values, rows)])

    def write(name, form, old=False):
        with h5py.File(folder / name, "w") as file:
            if form == "dense":
                file.create_dataset("X", data=x.astype("f4"), chunks=(3, 2), compression="gzip")
            else:
                group = file.create_group("X")
                for key, value in zip(("indptr", "indices", "data"), compressed(x if form == "csr" else x.T)):
                    group.create_dataset(key, data=value.astype("i4") if key != "data" else value, chunks=True, compression="gzip", maxshape=(None,))
                group.attrs["h5sparse_format" if old else "encoding-type"] = form if old else f"{form}_matrix"
                group.attrs["h5sparse_shape" if old else "shape"] = x.shape
            obs = file.create_group("obs")
            obs.attrs["encoding-type"] = "dataframe"
            obs["_index"] = np.array([f"cell {i}" for i in range(7)], object)
            obs["note"] = np.array(list("abcdefg"), object)
            obs["batch"] = batch
            kind = obs.create_group("kind")
            kind.attrs["encoding-type"] = "categorical"
            kind["codes"] = codes.astype("i1")
            kind["categories"] = np.array(["B", "T", "NK"], object)
            file["obsm/X_pca"] = x[:, :2]
            file["uns/odd"] = np.array([(1, 2.0)], [("a", "i4"), ("b", "f8")])
        return {"plugin": "source/anndata", "file": str(folder / name)}

    same["cells_dense"] = ({**write("dense.h5ad", "dense"), "label": "kind"}, x.astype("f4").astype("f8"), codes)
    same["cells_csr"] = ({**write("csr.h5ad", "csr"), "label": "batch"}, x, batch)
    same["cells_csr_part"] = ({**write("part.h5ad", "csr"), "limit": 4}, x[:4])
    same["cells_csc"] = (write("csc.h5ad", "csc"), x)
    same["cells_csc_part"] = ({**write("csc_part.h5ad", "csc"), "limit": 4}, x[:4])
    same["cells_old"] = (write("old.h5ad", "csr", old=True), x)
    many = draw.integers(1, 9, (1100, 1000)).astype(float)      # more entries than are read at once
    many[draw.random(many.shape) < 0.01] = 0
    for form, values in (("csr", many), ("csc", many.T)):
        with h5py.File(folder / f"many_{form}.h5ad", "w") as file:
            group = file.create_group("X")
            group.attrs.update({"encoding-type": f"{form}_matrix", "shape": many.shape})
            for key, value in zip(("indptr", "indices", "data"), compressed(values)):
                group.create_dataset(key, data=value.astype("u2") if key == "data" else value, chunks=True)
        same[f"cells_many_{form}"] = ({"plugin": "source/anndata", "file": str(folder / f"many_{form}.h5ad"), "limit": 1050}, many[:1050])
    same["cells_pca"] = ({**write("pca.h5ad", "csr"), "matrix": "obsm/X_pca"}, x[:, :2])
    refused["cells_texts"] = ({**write("texts.h5ad", "csr"), "label": "note"}, "adata.obs['note'].astype('category')")
    refused["cells_group"] = ({**write("group.h5ad", "csr"), "matrix": "obs"}, "/obs is a dataframe, and read are dense matrices")
    for name, key, value, sentence in (("cells_beyond", "indices", 5, "has an entry at 5 of 5"), ("cells_falling", "indptr", 99, "has an indptr that does not rise")):
        write(f"{name}.h5ad", "csr")
        with h5py.File(folder / f"{name}.h5ad", "r+") as file:
            file["X"][key][1] = value
        refused[name] = ({"plugin": "source/anndata", "file": str(folder / f"{name}.h5ad")}, sentence)
    if importlib.util.find_spec("anndata"):
        import anndata
        import scipy.sparse
        for form, matrix in (("dense", x), ("csr", scipy.sparse.csr_matrix(x)), ("csc", scipy.sparse.csc_matrix(x))):
            data = anndata.AnnData(matrix, obs=pd.DataFrame({"kind": pd.Categorical.from_codes(codes, ["B", "T", "NK"])}, index=[str(i) for i in range(7)]))
            data.layers["counts"] = matrix
            data.write_h5ad(folder / f"anndata_{form}.h5ad", compression="gzip")
            same[f"anndata_{form}"] = ({"plugin": "source/anndata", "file": str(folder / f"anndata_{form}.h5ad"), "label": "kind"}, x, codes)
            same[f"anndata_{form}_layer"] = ({"plugin": "source/anndata", "file": str(folder / f"anndata_{form}.h5ad"), "matrix": "layers/counts"}, x)


def make_pickles(folder):
    """Of .pt files: pickles that ask for much, or for something else. Nothing is called, and little is kept."""
    laughs = b"]q\x00" + b"".join(b"]q%ch%cah%ca" % (i, i - 1, i - 1) for i in range(1, 60))
    text = b"X" + struct.pack("<I", 4000) + b"a" * 4000 + b"q\x00"
    for name, program, sentence in (
            ("system", b"cos\nsystem\nX\x09\x00\x00\x00touch ran\x85R.", "is a PyTorch file without tensors that can be read"),
            ("laughs", laughs + b".", "is a PyTorch file without tensors that can be read"),
            ("itself", b"]q\x00(" + b"h\x00" * 999_000 + b"e.", "is a PyTorch file without tensors that can be read"),
            ("names", text + b"h\x00h\x00\x93" * 400_000 + b"N" * 700_000, "has more than 1000000 values"),
            ("marks", b"(" * 900_000, "ends too early"),
            ("more_marks", b"(" * 1_000_001 + b".", "has more than 1000000 marks"),
            ("notes", b"N" + b"\x94" * 1_000_001 + b".", "has more than 1000000 values to remember"),
            ("stack", b"Nq\x00" + b"h\x00" * 1_000_000 + b".", "has more than 1000000 values at once"),
            # A million pairs without a name, recalled 20,000 times: to look at all of them takes hours.
            ("pairs", b"Nq\x000}q\x01" + 3 * (b"(" + b"h\x00" * 900_000 + b"u") + b"0](" + b"h\x01" * 20_000 + b"e.",
             "is a PyTorch file without tensors that can be read"),
            ("deep", b"]" * 900_000 + b"a" * 899_999 + b".", "is a PyTorch file without tensors that can be read"),
            ("word", b"\xff.", "has the word 0xff, which tells of no tensor"),
            ("empty_stack", b"R.", "takes more than there is")):
        with zipfile.ZipFile(folder / f"{name}.pt", "w") as file:
            file.writestr("x/data.pkl", b"\x80\x02" + program)
        refused[f"pickle_{name}"] = (array(folder / f"{name}.pt"), f"{name}.pt' {sentence}" if sentence.startswith("is") else sentence)


def make_tensors(folder):
    """As PyTorch writes them, where it is there."""
    if not importlib.util.find_spec("torch"):
        return
    import torch
    x, y = torch.from_numpy(draw.normal(size=(6, 3, 2))), torch.from_numpy(draw.integers(0, 4, 6))
    every = {"x": x, "y": y, "f4": x.float(), "brain": x.bfloat16(), "half": x.half(), "i2": (100 * x).short(), "truth": x > 0,
             "turned": x[:, :, 0].T.contiguous().T, "tail": x[2:], "deep": {"list": [x[0], {"last": x[1]}]}, 7: x[:, 0].contiguous(),
             "state": torch.nn.Linear(3, 2).double().state_dict(), "parameter": torch.nn.Parameter(x[:, 1].clone()), "view": x[:, ::2],
             "config": {"lr": 0.1, "name": "adam", "none": None, "large": 2**70, "nested": (1, (2, 3))}, "complex": x + 1j}
    torch.save(every, folder / "all.pt")
    torch.save(x, folder / "x.pt")
    torch.save(x, folder / "legacy.pt", _use_new_zipfile_serialization=False)
    for name, value in {"x": x, "f4": every["f4"], "brain": every["brain"], "half": every["half"], "i2": every["i2"], "truth": every["truth"],
                        "turned": every["turned"], "tail": x[2:], "deep.list.0": x[0], "deep.list.1.last": x[1], "7": x[:, 0],
                        "state.weight": every["state"]["weight"], "parameter": every["parameter"].detach()}.items():
        same[f"pt_{name}"] = (array(folder / "all.pt", array=name), value.double().numpy())
    same["pt_labels"] = (array(folder / "all.pt", array="x", labels_array="y"), x.numpy(), y.numpy())
    same["pt_alone"] = (array(folder / "x.pt"), x.numpy())
    refused["pt_view"] = (array(folder / "all.pt", array="view"), "is a view, whose numbers do not lie one after another")
    refused["pt_complex"] = (array(folder / "all.pt", array="complex"), "has no array 'complex'")
    refused["pt_legacy"] = (array(folder / "legacy.pt"), "is a pickle, which may run any program and is never read")


def make_datasets(folder):
    """Of HDF5 files, as h5py writes them: in one piece and in compressed chunks, either byte order, numbers that a double has not."""
    x, counts = draw.normal(size=(6, 3, 2)), draw.integers(-9, 9, (6, 2))
    with h5py.File(folder / "all.h5", "w") as file:
        file["plain"] = x
        file.create_dataset("deep/packed", data=x, chunks=(2, 3, 1), compression="gzip", shuffle=True, fletcher32=True)
        file.create_dataset("early", data=x, dtype=">f4")
        file.create_dataset("half", data=x, dtype="<f2")
        file.create_dataset("counts", data=counts, dtype=">i2")
        file.create_dataset("line", data=x[:, 0, 0], maxshape=(None,), chunks=(4,))
        written = {name: file[name][...].astype(np.float64) for name in ("plain", "deep/packed", "early", "half", "counts")}
    for name, values in (written | {"line": x[:, :1, 0]}).items():
        same[f"h5_{name}"] = ({"plugin": "source/tensor", "file": str(folder / "all.h5"), "dataset": "/" + name}, values)
    same["h5_part"] = ({"plugin": "source/tensor", "file": str(folder / "all.h5"), "dataset": "/plain", "limit": 4}, x[:4])


# --- tables -------------------------------------------------------------------------------------------------------------------------


def table(file, **more):
    return {"plugin": "source/table", "file": str(file), **more}


def make_tables(folder):
    frame = pd.DataFrame({"x": draw.normal(size=5), "y": draw.integers(-9, 9, 5) / 8, "species": ["b", "a", "c, d", 'q"q', "a"]})
    text = frame.to_csv(index=False)
    (folder / "plain.csv").write_text(text)
    (folder / "crlf.csv").write_bytes(text.replace("\n", "\r\n").encode())
    (folder / "mac.csv").write_bytes(text.replace("\n", "\r").encode())
    (folder / "bom.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    frame.to_csv(folder / "tabs.tsv", index=False, sep="\t")
    frame.to_csv(folder / "semicolons.csv", index=False, sep=";")
    (folder / "blank.csv").write_text("\n" + text.replace("\n", "\n\n"))
    (folder / "open_end.csv").write_text(text.rstrip("\n"))
    names = sorted(set(frame.species))
    labels = np.array([names.index(each) for each in frame.species])
    for name, more in {"plain.csv": {}, "crlf.csv": {}, "mac.csv": {}, "bom.csv": {}, "tabs.tsv": {}, "semicolons.csv": {"separator": "semicolon"},
                       "blank.csv": {}, "open_end.csv": {}}.items():
        separator = "\t" if name.endswith(".tsv") else ";" if more else ","
        read = pd.read_csv(folder / name, sep=separator, lineterminator="\r" if name == "mac.csv" else None)[["x", "y"]].to_numpy()
        same["table " + name] = (table(folder / name, label="species", **more), read, labels)
    same["table one column"] = (table(folder / "plain.csv", columns="y"), frame[["y"]].to_numpy())
    same["table order"] = (table(folder / "plain.csv", columns=["y", "x"], limit=3), frame[["y", "x"]].to_numpy()[:3])
    pd.DataFrame(draw.normal(size=(4, 3000))).add_prefix("g").to_csv(folder / "wide.csv", index=False)
    same["table wide"] = (table(folder / "wide.csv"), pd.read_csv(folder / "wide.csv").to_numpy())
    numbers = draw.normal(size=(4, 3))
    np.savetxt(folder / "bare.csv", numbers, delimiter=",")
    same["table bare"] = (table(folder / "bare.csv"), np.loadtxt(folder / "bare.csv", delimiter=","))
    np.savetxt(folder / "spaces.txt", numbers)
    same["table spaces"] = (table(folder / "spaces.txt", separator="space"), np.loadtxt(folder / "spaces.txt"))
    pd.DataFrame(numbers).to_csv(folder / "numbered.csv", index=False)
    same["table numbered"] = (table(folder / "numbered.csv", header=True, columns=["2", "0"]), pd.read_csv(folder / "numbered.csv").to_numpy()[:, [2, 0]])
    (folder / "iris.data").write_text("5.1,3.5,setosa\n4.9, 3e0,virginica\n+7,-3.2,setosa\n")
    same["table iris"] = (table(folder / "iris.data", label="3"), np.array([[5.1, 3.5], [4.9, 3], [7, -3.2]]), np.array([0, 1, 0]))
    (folder / "classes.csv").write_text("x,c\n0.5,10\n1.5,2\n2.5,10\n")
    same["table class numbers"] = (table(folder / "classes.csv", label="c"), np.array([[0.5], [1.5], [2.5]]), np.array([10, 2, 10]))

    frame.to_csv(folder / "indexed.csv")
    for name, content, more, sentence in (
            ("missing.csv", "x,y\n1,2\n3,\n", {}, ":3: column 'y' is missing ('')"),
            ("na.csv", "x,y\n1,2\nNA,4\n", {}, ":3: column 'x' is missing ('NA')"),
            ("infinite.csv", "x\n1\ninf\n", {}, ":3: 'inf' in column 'x' is no number"),
            ("comma.csv", 'x;y\n"1,5";2\n', {"separator": "semicolon"}, "numbers have a decimal point, as 1.5"),
            ("thousands.csv", 'x,y\n"1,234,567",2\n', {}, "as 1234567"),
            ("short.csv", "x,y\n1,2\n3\n", {}, ":3: there are 1 fields where the first line has 2"),
            ("quote.csv", 'x,y\n1,"2\n3,4\n', {}, ":2: a quote is opened here and never closed"),
            ("after.csv", 'x,y\n1,"2"3\n', {}, ":2: after the quoted field"),
            ("semicolon.csv", "x;y\n1;2\n", {}, "has semicolons between its fields"),
            ("utf16.csv", "x,y\n1,2\n".encode("utf-16"), {}, "is no text in UTF-8"),
            ("zipped.csv", zlib.compress(b"x\n1\n", wbits=31), {}, "is compressed: unpack it"),
            ("empty.csv", "", {}, "has no lines"),
            ("head.csv", "x,y\n", {}, "has no line of numbers"),
            ("years.csv", "2019,2020\n1,2\n", {}, "whether the first line of"),
            ("mixed.csv", "5.1,setosa\n", {}, "whether the first line of"),
            ("label.csv", "x,c\n1,\n", {"label": "c"}, ":2: the label 'c' is missing"),
            ("text.csv", "x,c\n1,red\n", {}, ":2: 'red' in column 'c' is no number; choose others"),
            ("twice.csv", "x,x\n1,2\n", {"columns": "x"}, "has 2 columns 'x'"),
            ("column.csv", "x,y\n1,2\n", {"columns": ["z"]}, "has no column 'z'")):
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        refused["table " + name] = (table(folder / name, **more), sentence)
    refused["table index"] = (table(folder / "indexed.csv", label="species"), "column 1 of ")


# --- images -------------------------------------------------------------------------------------------------------------------------


def images(folder, **more):
    return {"plugin": "source/images", "folder": str(folder), **more}


def alone(folder, name, save):
    """A folder of its own with one image."""
    (folder / name).mkdir()
    return (folder / name), save(folder / name)


def seen(file, background=255):
    """What Pillow shows of a file with 8 bits: [channel, height, width] in -1 to 1."""
    image = ImageOps.exif_transpose(Image.open(file)).convert("RGBA")
    rgba = np.asarray(image).astype(np.float64) / 255
    colour = rgba[..., :3] * rgba[..., 3:] + background / 255 * (1 - rgba[..., 3:])
    return 2 * colour.transpose(2, 0, 1)[None] - 1


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width, height, depth, colour, rows, interlace=0, more=b""):
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)) + more
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def adam7(pixels):
    """Rows of the seven passes over a square of bytes, each row without a filter."""
    passes = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))
    return b"".join(b"\0" + bytes(row) for y, x, down, right in passes for row in pixels[y::down, x::right] if len(row))


def make_images(folder):
    rgb = draw.integers(0, 256, (8, 8, 3)).astype("u1")
    smooth = np.asarray(Image.fromarray(rgb).resize((16, 16), Image.BICUBIC))
    alpha = np.dstack([rgb, draw.integers(0, 256, (8, 8)).astype("u1")])
    exif = Image.Exif()

    def kept(name, save, **more):
        where, file = alone(folder, name, save)
        pixels = seen(file, round(255 * more.get("background", 1)))
        if "height" in more:      # an exact part of what is seen: means of blocks
            down, right = pixels.shape[2] // more["height"], pixels.shape[3] // more["width"]
            pixels = pixels.reshape(1, 3, more["height"], down, more["width"], right).mean((3, 5))
        same["image " + name] = (images(where, **more), pixels)

    def by_pillow(image, ending=".png", **more):
        def save(where):
            image.save(where / f"a{ending}", **more)
            return where / f"a{ending}"
        return save

    def by_hand(content, name="a.png"):
        def save(where):
            (where / name).write_bytes(content)
            return where / name
        return save

    kept("rgb", by_pillow(Image.fromarray(rgb)))
    kept("grey", by_pillow(Image.fromarray(rgb[..., 0])))
    kept("bits", by_pillow(Image.fromarray(rgb[..., 0] > 128)))
    kept("palette", by_pillow(Image.fromarray(rgb).quantize(7)))
    kept("palette_alpha", by_pillow(Image.fromarray(rgb).quantize(7), transparency=2))
    kept("colour_key", by_pillow(Image.fromarray(rgb), transparency=tuple(int(v) for v in rgb[3, 4])))
    kept("alpha", by_pillow(Image.fromarray(alpha)))
    kept("alpha_black", by_pillow(Image.fromarray(alpha)), background=0.0)
    kept("grey_alpha", by_pillow(Image.fromarray(alpha).convert("LA")))
    kept("interlaced", by_hand(png(8, 8, 8, 0, adam7(rgb[..., 1]), interlace=1)))
    kept("misnamed", by_hand((folder / "rgb/a.png").read_bytes(), "a.jpg"))
    kept("jpeg", by_pillow(Image.fromarray(smooth), ".jpg", quality=90))
    kept("progressive", by_pillow(Image.fromarray(smooth), ".jpeg", progressive=True))
    kept("grey_jpeg", by_pillow(Image.fromarray(smooth[..., 0]), ".jpg"))
    for orientation in range(1, 9):
        exif[0x0112] = orientation
        kept(f"turned_{orientation}", by_pillow(Image.fromarray(smooth), ".jpg", exif=exif.tobytes()))
    kept("turned_png", by_pillow(Image.fromarray(rgb), exif=exif.tobytes()))
    # The orientation stands behind the pixels, and far beyond the head of the file.
    wide = draw.integers(0, 256, (300, 200, 3)).astype("u1")
    turn = chunk(b"eXIf", b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, 0x0112, 3, 1, 6, 0, 0))
    late = png(200, 300, 8, 2, b"".join(b"\0" + row.tobytes() for row in wide))
    kept("turned_late", by_hand(late[:-12] + turn + late[-12:]), height=20, width=30)

    deep = draw.integers(0, 65536, (4, 4)).astype(">u2")
    where, _ = alone(folder, "sixteen", by_hand(png(4, 4, 16, 0, b"".join(b"\0" + row.tobytes() for row in deep))))
    same["image sixteen"] = (images(where, grey=True), deep.astype(float).reshape(1, 1, 4, 4) / 65535 * 2 - 1)
    dark = (deep // 273).astype(">u2")
    where, _ = alone(folder, "dark", by_hand(png(4, 4, 16, 0, b"".join(b"\0" + row.tobytes() for row in dark))))
    same["image dark"] = (images(where, grey=True), dark.astype(float).reshape(1, 1, 4, 4) / 65535 * 2 - 1)

    whole, jpeg = (folder / "rgb/a.png").read_bytes(), (folder / "jpeg/a.jpg").read_bytes()
    gif = io.BytesIO()
    Image.fromarray(rgb).save(gif, "gif")
    print_colours = io.BytesIO()
    Image.fromarray(smooth).convert("CMYK").save(print_colours, "jpeg")
    at = whole.index(b"IDAT") + 10
    for name, content, sentence in (
            ("crc", whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:], "cannot be decoded: "),
            ("cut", whole[:-20], "cannot be decoded: it ends too early, as a download that broke off: get it anew"),
            ("no_end", whole[:-12], "cannot be decoded: it ends too early, as a download that broke off: get it anew"),
            ("cut_jpeg", jpeg[:-40], "cannot be decoded: it ends too early, as a download that broke off: get it anew"),
            ("huge", png(2**31 - 1, 2**31 - 1, 8, 2, b""), "says that it has a size that is not possible"),
            ("cmyk", print_colours.getvalue(), "has the colours of print (CMYK)"),
            ("animated", png(8, 8, 8, 0, b"".join(b"\0" + bytes(row) for row in rgb[..., 0]), more=chunk(b"acTL", struct.pack(">II", 2, 0))),
             "holds an animation of several images"),
            ("gif", gif.getvalue(), "is a GIF image, and only PNG and JPEG are read"),
            ("nothing", b"", "is empty"),
            ("html", b"<html>", "is no PNG or JPEG image")):
        refused["image " + name] = (images(alone(folder, "bad_" + name, by_hand(content))[0]), sentence)


# --- what Weir makes of them ---------------------------------------------------------------------------------------------------------


def pipeline(sources):
    nodes = {}
    for i, (source, count) in enumerate(sources):
        nodes[f"s{i}"] = source
        nodes[f"p{i}"] = {"plugin": "coupling/independent", "source": f"s{i}", "target": f"s{i}", "draw": {"fixed": count}, "record": "all"}
    return json.dumps({"dtype": "float64", "nodes": nodes})


def in_order(group, output, count):
    values = np.empty((count, *group[output].shape[1:]), group[output].dtype)
    values[group["x1_item"][:]] = group[output][:]
    return values


def main(folder):
    for name, make in (("arrays", make_arrays), ("cells", make_cells), ("pickles", make_pickles), ("tensors", make_tensors), ("datasets", make_datasets), ("tables", make_tables), ("images", make_images)):
        (folder / name).mkdir()
        make(folder / name)
    (folder / "same.json").write_text(pipeline([(case[0], len(case[1])) for case in same.values()]))
    ran = weir("run", "same.json", "-o", "same.h5", cwd=folder)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    with h5py.File(folder / "same.h5") as record:
        for i, (name, case) in enumerate(same.items()):
            group, expected = record[f"nodes/p{i}"], case[1]
            read = in_order(group, "x1", len(expected))
            assert read.shape == expected.shape, (name, read.shape, expected.shape)
            assert np.abs(read - expected).max() <= 1e-12 * np.abs(expected).max(), (name, np.abs(read - expected).max())
            if len(case) > 2:
                assert (in_order(group, "label", len(expected)) == case[2]).all(), name
                sizes = record[f"nodes/s{i}/class_size"][:]
                assert (sizes == np.bincount(case[2], minlength=len(sizes))).all(), name
        plain = record[f"nodes/s{list(same).index('table plain.csv')}/class_size"]
        assert json.loads(plain.attrs["class_names"]) == ["a", "b", "c, d", 'q"q'], dict(plain.attrs)

    # Each alone: what is found in plan is one answer for all of them, what is found in the run would end it at the first.
    by_plan = {name: case for name, case in refused.items()}
    (folder / "refused.json").write_text(pipeline([(case[0], 1) for case in by_plan.values()]))
    planned = weir("plan", "refused.json", "--sizes", cwd=folder)
    assert planned.returncode == 2, planned.stdout + planned.stderr
    text = planned.stdout + planned.stderr
    late = {}
    for name, (source, sentence) in by_plan.items():
        if sentence not in text or name.startswith("image ") and "decoded" in sentence:
            late[name] = (source, sentence)
    assert set(late) <= {"cells_beyond", "cells_falling", "nan", "flipped.npz", "image animated", "image crc", "image cut", "image no_end", "image cut_jpeg"}, (late, text)
    for name, (source, sentence) in late.items():
        (folder / "late.json").write_text(pipeline([(source, 1)]))
        ran = weir("run", "late.json", "-o", "late.h5", "--force", cwd=folder)
        assert ran.returncode in (2, 3) and sentence in ran.stdout + ran.stderr, (name, ran.returncode, ran.stdout, ran.stderr)
    assert not (folder / "ran").exists()
    print(f"{len(same)} files read as others read them, {len(refused)} refused with a sentence")


with tempfile.TemporaryDirectory() as scratch:
    main(pathlib.Path(scratch))
