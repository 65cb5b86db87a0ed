// tools/run/torchscript.hpp -- a trained field as an archive that PyTorch loads.
#pragma once

#include <string>

#include <weir/kinds/flow/field.hpp>

// The bytes of a TorchScript archive with forward(x, t), and the context's entries by name after these, that gives the field's velocity
// at these parameters: x [B, item...] and t [B] of their type, a label int64 [B]. Its parameters have the names that they have here,
// "net.0.weight", but for a part that is a word of Python: in_.weight. What the field computes at x, with `context` of as many rows, is
// followed operation by operation, and it is tried whether the archive gives the field's velocities at other points, times and numbers
// of rows. Errors: std::runtime_error where it does not, with why.
std::string torchscript_of(const weir::Field& field, const weir::Params& params, const weir::Tensor& x,
                           const weir::Context& context);
