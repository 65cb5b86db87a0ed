# tests/record/readers.R -- reads every dataset and attribute of the dummy record with hdf5r.
library(hdf5r)
f <- H5File$new(commandArgs(trailingOnly = TRUE)[1], "r")
k <- 0:699
stopifnot(all.equal(f[["nodes/train/loss/value"]][], 1 / (1 + k) + 1e-3 * sin(k)))
stopifnot(all(as.integer(f[["nodes/train/loss/step"]][]) == k))
stopifnot(identical(dim(f[["nodes/train/probes/bins/variance/value"]][, ]), c(5L, 700L)))   # axes in reverse
stopifnot(f[["status"]][] == "finished", f[["provenance/plugins/name"]][] == "trainer/gradient")
stopifnot(h5attr(f[["nodes/train"]], "plugin") == "trainer/gradient", h5attr(f[["nodes/train"]], "note") == "")
stopifnot(length(f[["provenance/git_commit"]][]) == 0)
for (name in list.datasets(f, recursive = TRUE)) f[[name]]$read()
for (name in c("nodes/train", "nodes/train/loss", "nodes/flow/end")) h5attributes(f[[name]])
cat("read\n")
