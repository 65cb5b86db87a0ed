# tools/torture/readers.py -- readers that open a record again and again while its run writes: never an error, never a torn row.
SUMMARY = "readers that open a record while its run writes (--opens of them in each trial)"


def run(trial):
    whole = trial.bench.whole("single")
    opens, round_ = 0, 0
    while opens < trial.bench.opens and not trial.faults:
        record = trial.folder / f"out{round_}.h5"
        round_ += 1
        running = trial.start(trial.bench.weir, "run", whole.pipeline, "-o", record, "--progress", "none")
        before = -1
        while running.alive():
            if not record.exists():
                running.pause(0.01)
                continue
            shown = trial.rows(record, whole)
            if shown is None:
                break
            opens += 1
            trial.count("opens")
            total = sum(shown["rows"].values())
            trial.check_wrong(shown, "while it was written")
            for text in shown["unreadable"].values():
                trial.fault("unreadable", f"while it was written: {text}")
            if total < max(before, shown["beat"][1]):
                trial.fault("lost rows", f"{total} rows while {max(before, shown['beat'][1])} were committed or seen before")
            before = total
            if opens % 50 == 0:
                trial.weir("info", record, alone=False)
        if trial.end(running, 60 + 10 * whole.seconds).status == 0:
            trial.check_same(record, whole)
