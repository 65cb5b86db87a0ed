# tests/record/readers.py -- reads the dummy record without Weir: readers.py h5py|xarray FILE, or live FILE ENOUGH
import sys
import time


def loss(step):
    import numpy as np
    return 1 / (1 + step) + 1e-3 * np.sin(step)


def with_h5py(path):
    import h5py
    import numpy as np
    with h5py.File(path, "r") as f:
        value, step = f["nodes/train/loss/value"], f["nodes/train/loss/step"]
        assert np.array_equal(step[:], np.arange(700))
        assert np.allclose(value[:], loss(step[:]), rtol=1e-12)
        assert value.dims[0].label == "step" and value.dims[0][0] == step
        assert value.attrs["units"] == b"1"
        bins = f["nodes/train/probes/bins/variance/value"]
        assert bins.dims[1].label == "bin" and np.allclose(bins.dims[1][0][:], [0.1, 0.3, 0.5, 0.7, 0.9])
        assert f["status"][()] == b"finished" and f.attrs["weir_format"] == b"1.0"
        group = f[f.attrs["default"].decode()]
        assert group.attrs["NX_class"] == b"NXdata" and group.attrs["signal"] == b"value" and group.attrs["axes"][0] == b"step"
        node = f["nodes/train"].attrs
        assert node["steps"] == 8000 and node["note"] == b"" and list(node["betas"]) == [0.9, 0.999]
        assert "\u00e4 in the source" in bytes(f["pipeline/source"][:]).decode("utf-8")
        assert f["nodes/flow/never"].shape == (0, 2)
        plain = []
        f.visititems(lambda name, each: isinstance(each, h5py.Dataset) and (each[()], plain.append(each.dtype.kind)))
        assert set(plain) <= set("fiuS"), plain


def with_xarray(path):
    import numpy as np
    import xarray
    for engine in ("h5netcdf", "netcdf4"):
        try:
            open_group = lambda name: xarray.open_dataset(path, engine=engine, group=name).load()
            bins = open_group("nodes/train/probes/bins/variance")
        except (ImportError, ValueError) as error:
            if "unrecognized engine" not in str(error) and "No module" not in str(error):
                raise
            continue
        assert dict(bins.value.sizes) == {"step": 700, "time": 5}, bins.value.sizes
        assert np.allclose(bins.time, [0.1, 0.3, 0.5, 0.7, 0.9])
        train = open_group("nodes/train/loss")
        assert np.allclose(train.value.sel(step=[3, 699]), loss(np.array([3, 699])))
        assert dict(open_group("nodes/pairs").x0.sizes) == {"pair": 300, "feature": 2}
        assert dict(open_group("nodes/train/params")["net.0.weight"].sizes) == {"out": 8, "in": 3}
        assert int(open_group("nodes/train").attrs["steps"]) == 8000


def live(path, enough):
    """Polls while the run goes on: steps are 0..n-1, committed rows are there, values are right. The run ends when there is
    a file `enough`."""
    import pathlib
    import h5py
    import numpy as np
    polls = 0
    with h5py.File(path, "r", swmr=True) as f:
        value, step, beat, status = (f[n] for n in ("nodes/train/loss/value", "nodes/train/loss/step", "heartbeat", "status"))
        end = time.time() + 60
        while time.time() < end:
            status.refresh()
            over = status[()] == b"finished"
            beat.refresh()
            committed = int(beat[1])
            for each in (step, value):
                each.refresh()
            n = min(len(step), len(value))
            assert 2 * n + (n + 9) // 10 >= committed, (n, committed)
            assert np.array_equal(step[:n], np.arange(n))
            assert np.allclose(value[:n], loss(np.arange(n)), rtol=1e-12)
            polls += 1
            if over:
                break
            if polls > 50 and n > 100:
                pathlib.Path(enough).touch()
            time.sleep(0.02)
    assert over and polls > 50 and n > 100, (over, polls, n)


{"h5py": with_h5py, "xarray": with_xarray, "live": live}[sys.argv[1]](*sys.argv[2:])
print("read")
