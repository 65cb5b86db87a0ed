# tools/examples/trace_and_trajectory.jl -- the loss of a training run and the paths of a flow, drawn from a record.
#
#   julia -e 'import Pkg; Pkg.add("HDF5")'
#   julia tools/examples/trace_and_trajectory.jl OUT.h5 PICTURE.svg
#
# The record needs a trainer `train` and an integrator `flow` over points in two dimensions that saves times (save: 6), as in
# pipelines/paper/figure6.yaml. Julia sees the axes in reversed order: [time, pair, dim] in the file is [dim, pair, time] here.
# The picture is written as SVG text, so that no plotting package is needed.
using HDF5, Printf

source, picture = ARGS
step, loss, path, about = h5open(source, "r") do record
    trajectory = record["nodes/flow/trajectory"]
    read(record["nodes/train/loss/step"]), read(record["nodes/train/loss/value"]), read(trajectory),
    read(attributes(trajectory)["long_name"])
end

@printf("loss %d rows, first %.9g, last %.9g\n", length(loss), loss[1], loss[end])
println("trajectory ", join(size(path), " x "))

# Numbers to pixels: from the smallest and the largest of all that a panel shows.
scaled(values, low, high, from, to) = from .+ (values .- low) ./ max(high - low, eps()) .* (to - from)
line(x, y, colour) = string("<polyline fill='none' stroke='", colour, "' points='",
                            join((@sprintf("%.2f,%.2f", a, b) for (a, b) in zip(x, y)), " "), "'/>\n")

x, y = path[1, :, :], path[2, :, :]      # a row per pair, a column per time
centre = (minimum(x) + maximum(x)) / 2, (minimum(y) + maximum(y)) / 2
half = max(maximum(x) - minimum(x), maximum(y) - minimum(y)) / 2      # one scale for both axes
x = scaled(x, centre[1] - half, centre[1] + half, 520, 880)
y = scaled(y, centre[2] - half, centre[2] + half, 390, 30)

open(picture, "w") do svg
    println(svg, "<svg xmlns='http://www.w3.org/2000/svg' width='900' height='420' font-family='sans-serif' font-size='14'>")
    write(svg, line(scaled(step, minimum(step), maximum(step), 50, 440),
                    scaled(log.(loss), minimum(log.(loss)), maximum(log.(loss)), 390, 30), "black"))
    for pair in axes(x, 1)
        write(svg, line(x[pair, :], y[pair, :], "silver"))
        @printf(svg, "<circle cx='%.2f' cy='%.2f' r='3' fill='steelblue'/>\n", x[pair, end], y[pair, end])
    end
    @printf(svg, "<text x='50' y='18'>loss from %.3g to %.3g, logarithmic; steps %d to %d</text>\n",
            extrema(loss)..., extrema(step)...)
    println(svg, "<text x='520' y='18'>", about, "</text>\n</svg>")
end
