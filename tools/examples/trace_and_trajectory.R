# tools/examples/trace_and_trajectory.R -- the loss of a training run and the paths of a flow, drawn from a record.
#
#   Rscript tools/examples/trace_and_trajectory.R OUT.h5 PICTURE.svg          # needs hdf5r: r-cran-hdf5r of Debian, or CRAN's
#
# The record needs a trainer `train` and an integrator `flow` over points in two dimensions that saves times (save: 6), as in
# pipelines/paper/figure6.yaml. R sees the axes in reversed order: [time, pair, dim] in the file is [dim, pair, time] here.
library(hdf5r)

arguments <- commandArgs(trailingOnly = TRUE)
record <- H5File$new(arguments[1], "r")
loss <- record[["nodes/train/loss/value"]][]
step <- as.numeric(record[["nodes/train/loss/step"]][])
trajectory <- record[["nodes/flow/trajectory"]]
path <- trajectory[, , ]

cat(sprintf("loss %d rows, first %.9g, last %.9g\n", length(loss), loss[1], loss[length(loss)]))
cat("trajectory", paste(dim(path), collapse = " x "), "\n")

svg(arguments[2], width = 10, height = 4.5)
par(mfrow = c(1, 2))
plot(step, loss, type = "l", log = "y")
x <- t(path[1, , ])      # a row per time, a column per pair
y <- t(path[2, , ])
matplot(x, y, type = "l", lty = 1, col = "gray60", asp = 1, main = h5attr(trajectory, "long_name"))
points(x[nrow(x), ], y[nrow(y), ], pch = 19, col = "steelblue")
invisible(dev.off())
record$close_all()
