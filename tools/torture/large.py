# tools/torture/large.py -- many gigabytes of traces, recorded in little memory, every checksum right at the end.
import shutil

import pipelines

SUMMARY = "gigabytes of traces under 1 GiB of memory (--gigabytes)"


def run(trial):
    steps = max(2, int(trial.bench.gigabytes * 1e9 / pipelines.BYTES_OF_A_STEP))
    need = int(trial.bench.gigabytes * 1.1e9)
    if shutil.disk_usage(trial.folder).free < need:
        trial.fault("torture", f"{trial.folder} has no room for {need} bytes")
        return
    pipeline, record = trial.folder / "large.yaml", trial.folder / "out.h5"
    pipeline.write_text(pipelines.rows_of_megabytes(steps))
    ended = trial.weir("run", pipeline, "-o", record, "--progress", "none", limit=120 + steps)
    if ended.status != 0:
        trial.fault("refused", ended.err.strip()[-300:])
        return
    trial.count("MiB of memory at most", ended.peak >> 20)
    trial.count("megabytes recorded", record.stat().st_size // 10**6)
    for verb in sorted({"info", *trial.bench.verbs}):
        if trial.weir(verb, record, limit=60 + steps).status != 0:
            trial.fault("unreadable", f"{verb} of a large record")
    record.unlink()
