// tools/examples/trace_and_trajectory.js -- the loss of a training run and the paths of a flow, drawn from a record.
//
//   npm install h5wasm          (in this folder or one above it)
//   node tools/examples/trace_and_trajectory.js OUT.h5 PICTURE.svg
//
// The record needs a trainer `train` and an integrator `flow` over points in two dimensions that saves times (save: 6), as in
// pipelines/paper/figure6.yaml. Axes are in the file's order, [time, pair, dim], and values come flat, the last axis fastest.
// The picture is written as SVG text, so that no plotting package is needed. jsfive does not read records: it knows no traces,
// whose chunks are of HDF5 1.10.
const fs = require("fs");

// Numbers to pixels: from the smallest and the largest of all that a panel shows.
const scale = (low, high, from, to) => value => from + (value - low) / Math.max(high - low, 1e-12) * (to - from);
const ends = values => [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
const line = (points, colour) => `<polyline fill='none' stroke='${colour}' points='`
  + points.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join(" ") + "'/>\n";

async function main([source, picture]) {
  const h5wasm = await import("h5wasm/node");
  await h5wasm.ready;
  const record = new h5wasm.File(source, "r");      // "Sr" while the run goes on
  const loss = Array.from(record.get("nodes/train/loss/value").value);
  const step = Array.from(record.get("nodes/train/loss/step").value, Number);      // int64 comes as BigInt
  const trajectory = record.get("nodes/flow/trajectory");
  const [times, pairs, dims] = trajectory.shape;
  const path = trajectory.value;
  const at = (time, pair, dim) => path[(time * pairs + pair) * dims + dim];

  console.log(`loss ${loss.length} rows, first ${loss[0].toPrecision(9)}, last ${loss[loss.length - 1].toPrecision(9)}`);
  console.log(`trajectory ${trajectory.shape.join(" x ")}`);

  const [low, high] = ends(loss).map(each => each.toPrecision(3));
  const caption = `loss from ${low} to ${high}, logarithmic; steps ${ends(step).join(" to ")}`;
  const logs = loss.map(Math.log);
  const right = scale(...ends(step), 50, 440), up = scale(...ends(logs), 390, 30);
  let drawn = line(step.map((each, i) => [right(each), up(logs[i])]), "black");

  const all = dim => ends(Array.from({length: times * pairs}, (_, i) => path[i * dims + dim]));
  const [x, y] = [all(0), all(1)];
  const half = Math.max(x[1] - x[0], y[1] - y[0]) / 2;      // one scale for both axes
  const across = scale((x[0] + x[1]) / 2 - half, (x[0] + x[1]) / 2 + half, 520, 880);
  const above = scale((y[0] + y[1]) / 2 - half, (y[0] + y[1]) / 2 + half, 390, 30);
  for (let pair = 0; pair < pairs; ++pair) {
    const points = Array.from({length: times}, (_, time) => [across(at(time, pair, 0)), above(at(time, pair, 1))]);
    const [endX, endY] = points[times - 1];
    drawn += line(points, "silver") + `<circle cx='${endX.toFixed(2)}' cy='${endY.toFixed(2)}' r='3' fill='steelblue'/>\n`;
  }
  fs.writeFileSync(picture, "<svg xmlns='http://www.w3.org/2000/svg' width='900' height='420' font-family='sans-serif' "
    + `font-size='14'>\n${drawn}<text x='50' y='18'>${caption}</text>`
    + `<text x='520' y='18'>${trajectory.attrs.long_name.value}</text>\n</svg>\n`);
  record.close();
}

main(process.argv.slice(2)).catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
