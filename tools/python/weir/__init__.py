# tools/python/weir/__init__.py -- pipelines of Weir run from Python, records and sweeps read.
"""Runs pipelines by the program `weir`, and reads what it wrote.

    record = weir.run("p.yaml", {"train.steps": 100})     # or a dictionary in place of the file; a Sweep where it has one
    weir.validate("p.yaml")                      # raises InvalidPipeline, which has each fault with its place; weir.plan: all defaults

    record = weir.open("out.h5")                 # also while the run goes on: every look reads anew
    record.flow.end                              # or record["flow.end"]: an array with named axes
    record["train.loss"]                         # a trace: columns step and value
    record.train.probes.variance.bin             # a trace with rows: an array over step and time_bin
    record.parameters("train"), record.pipeline, record.provenance, record.status
    record.state_dict("train")                   # trained parameters by the model's own names, for PyTorch

    sweep = weir.open("folder/")
    sweep.table                                  # a row per run: its axes and the reported numbers
    sweep.run(noise="none", seed=7)              # one run's record
    sweep.trace("train.loss")                    # one long table over all runs

Arrays are xarray.DataArray where xarray is installed, else weir.LabelledArray; traces and tables are pandas.DataFrame where
pandas is installed, else weir.Columns. Both answer to the same words: .values, .dims, .coords, .attrs, .units and .long_name of
an array; ["value"], .value and .attrs of columns.
"""
from .arrays import LabelledArray
from .columns import Columns
from .errors import NotFound, NotWritten, WeirError, WeirWarning
from .faults import Fault, InvalidPipeline, RunFailed
from .opening import open
from .record import Node, Record
from .running import plan, run, validate
from .sweep import Runs, Sweep

__all__ = ["Columns", "Fault", "InvalidPipeline", "LabelledArray", "Node", "NotFound", "NotWritten", "Record", "RunFailed", "Runs", "Sweep",
           "WeirError", "WeirWarning", "open", "plan", "run", "validate"]
