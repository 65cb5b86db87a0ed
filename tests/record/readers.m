% tests/record/readers.m -- reads the dummy record with Octave's load; FILE is in the environment.
x = load("-hdf5", getenv("FILE"));
assert(isfield(x, "nodes"));            % empty if the file holds one type that Octave does not know
assert(x.nodes.train.loss.step(:), int64(0:699)');
k = (0:699)';
assert(x.nodes.train.loss.value(:), 1 ./ (1 + k) + 1e-3 * sin(k), 1e-12);
assert(size(x.nodes.train.probes.bins.variance.value), [5 700]);   % Octave gives the axes in reverse
assert(x.status, "finished");
assert(columns(x.pipeline.source(:)') > 10);
assert(strtrim(x.provenance.plugins.name), "trainer/gradient");
assert(isempty(x.nodes.flow.never));
assert(isempty(x.provenance.git_commit));
disp("read");
