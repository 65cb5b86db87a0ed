% tools/examples/trace_and_trajectory.m -- the loss of a training run and the paths of a flow, drawn from a record.
%
%   octave-cli tools/examples/trace_and_trajectory.m OUT.h5 PICTURE.svg       # without a display it draws by gnuplot
%
% The record needs a trainer `train` and an integrator `flow` over points in two dimensions that saves times (save: 6), as in
% pipelines/paper/figure6.yaml. Octave sees the axes in reversed order: [time, pair, dim] in the file is [dim, pair, time] here.
% `load` reads the whole record, without attributes such as units.
arguments = argv();
record = load("-hdf5", arguments{1});
loss = record.nodes.train.loss.value(:);
step = double(record.nodes.train.loss.step(:));
path = record.nodes.flow.trajectory;

printf("loss %d rows, first %.9g, last %.9g\n", numel(loss), loss(1), loss(end));
printf("trajectory %s\n", strjoin(arrayfun(@num2str, size(path), "UniformOutput", false), " x "));

drawn = figure("visible", "off");
subplot(1, 2, 1);
semilogy(step, loss);
xlabel("step");
ylabel("loss");
subplot(1, 2, 2);
x = squeeze(path(1, :, :))';      % a row per time, a column per pair
y = squeeze(path(2, :, :))';
plot(x, y, "color", [0.6 0.6 0.6], x(end, :), y(end, :), "o", "color", [0.27 0.51 0.71], "markersize", 3);
axis("equal");
print(drawn, arguments{2}, "-dsvg");
